"""S3-05: accesses to a bucket are logged."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, NotApplicable, Rule, Severity, StackResource
from policies.pack.related_resources import BUCKET_LOGGING, BUCKETS, attached, receives_access_logs


def check(bucket: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """Its accesses go to another bucket; the one that receives them would log its own logging."""
    if receives_access_logs(bucket, stack):
        raise NotApplicable("it receives the access logs of other buckets")
    return [] if attached(bucket, stack, BUCKET_LOGGING, "bucket") else ["accesses to the bucket are not logged"]


RULE = Rule(
    id="S3-05",
    name="s3-access-logging",
    title="Accesses to buckets are logged",
    why="Without a log nobody can say afterwards who read the data.",
    fix="Add a BucketLogging to the log bucket of the account.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP S3.9",
        "NIST 800-53 AU-2",
        "NIST 800-53 AU-12",
    ),
    sources=(SECURITY_HUB.format("s3"),),
    types=BUCKETS,
    scope="stack",
    related_types=BUCKET_LOGGING,
    check=check,
)
