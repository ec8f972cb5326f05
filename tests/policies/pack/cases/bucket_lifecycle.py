"""Cases of the rule in `policies/pack/rules/bucket_lifecycle.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import bucket_lifecycle
from tests.policies.pack.pack_factories import having, make
from tests.policies.pack.resources.storage import bucket
from tests.policies.pack.rule_cases import Cases, on


def lifecycle(**rule: Any) -> StackResource:
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    first = {"id": "old", "status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 90}, **rule}
    return make(token, "data-lifecycle", bucket="mlops-data", rules=[first])


def two_rules() -> StackResource:
    ending = {"status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 90}}
    return having(lifecycle(), rules=[{"status": "Disabled"}, ending])


CASES = Cases(
    rule=bucket_lifecycle.RULE,
    passes=[
        on(bucket(), lifecycle()),
        on(bucket(), two_rules()),
        on(bucket(), lifecycle(), lifecycle(status="Disabled")),
        on(bucket(), lifecycle(noncurrentVersionExpiration=UNKNOWN)),
        on(bucket(), lifecycle(noncurrentVersionExpiration=None, noncurrentVersionTransitions=[{"days": 30}])),
    ],
    violations=[
        (on(bucket()), "the bucket has no lifecycle configuration"),
        (on(bucket(), lifecycle(status="Disabled")), "no enabled rule of data-lifecycle ends old versions"),
        (
            on(bucket(), lifecycle(noncurrentVersionExpiration=None, expiration={"days": 30})),
            "no enabled rule of data-lifecycle ends old versions",
        ),
    ],
    unknown=[(on(bucket(), lifecycle(status=UNKNOWN)), "rules.0.status of data-lifecycle")],
)
