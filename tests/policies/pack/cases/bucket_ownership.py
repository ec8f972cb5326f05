"""Cases of the rule in `policies/pack/rules/bucket_ownership.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import bucket_ownership
from tests.policies.pack.pack_factories import at, having, make
from tests.policies.pack.resources.storage import bucket
from tests.policies.pack.rule_cases import Cases, on


def ownership(owner: str = "BucketOwnerEnforced") -> StackResource:
    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    return make(token, "data-ownership", bucket="mlops-data", rule={"objectOwnership": owner})


ELSEWHERE = having(ownership(), bucket=UNKNOWN)
CASES = Cases(
    rule=bucket_ownership.RULE,
    passes=[on(bucket(), ownership())],
    violations=[
        (on(bucket()), "the bucket has no ownership controls"),
        (
            on(bucket(), ownership("ObjectWriter")),
            "data-ownership sets ObjectWriter, allowed is BucketOwnerEnforced",
        ),
    ],
    unknown=[
        (on(bucket(), ELSEWHERE), "bucket of data-ownership"),
        (on(bucket(), at(ownership(), "rule.objectOwnership", UNKNOWN)), "rule.objectOwnership of data-ownership"),
    ],
)
