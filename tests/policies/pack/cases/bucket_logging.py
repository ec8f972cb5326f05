"""Cases of the rule in `policies/pack/rules/bucket_logging.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import bucket_logging
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.storage import bucket, logging
from tests.policies.pack.rule_cases import Cases, on


def logged() -> StackResource:
    return having(logging(), bucket="mlops-data", targetBucket="mlops-logs")


CASES = Cases(
    rule=bucket_logging.RULE,
    passes=[on(bucket(), logged())],
    violations=[
        (on(bucket()), "accesses to the bucket are not logged"),
        (on(bucket(), having(logged(), bucket="mlops-models")), "accesses to the bucket are not logged"),
    ],
    unknown=[(on(bucket(), having(logged(), bucket=UNKNOWN)), "bucket of models-logging")],
    not_applicable=[(on(bucket(), logging()), "it receives the access logs of other buckets")],
)
