"""S3-01: a bucket has all four public access blocks."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import BUCKETS, attached

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def check(bucket: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The bucket's own public access block sets all four."""
    blocks = attached(bucket, stack, [BLOCK], "bucket")
    if not blocks:
        return ["the bucket has no public access block"]
    return [
        f"public access block {block.name} does not set {setting}"
        for block in blocks
        for setting in SETTINGS
        if block.get(setting) is not True
    ]


RULE = Rule(
    id="S3-01",
    name="s3-public-access-block",
    title="Buckets block public access in all four ways",
    why="One ACL or policy written by hand would otherwise publish data or models.",
    fix="Add a BucketPublicAccessBlock with all four settings true.",
    severity=Severity.CRITICAL,
    frameworks=("FSBP S3.8", "CIS AWS 1.4.0 2.1.5", "NIST 800-53 AC-3", "NIST 800-53 SC-7"),
    sources=(SECURITY_HUB.format("s3"),),
    types=BUCKETS,
    scope="stack",
    related_types=(BLOCK,),
    check=check,
)
