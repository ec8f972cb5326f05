"""S3-07: a bucket owns its objects, and ACLs mean nothing."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import BUCKETS, attached

CONTROLS = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
ENFORCED = "BucketOwnerEnforced"


def check(bucket: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """Object ownership is enforced by the bucket itself, not left to S3's default, which others can set back."""
    found = attached(bucket, stack, [CONTROLS], "bucket")
    if not found:
        return ["the bucket has no ownership controls"]
    return [
        f"{ownership.name} sets {owner or 'nothing'}, allowed is {ENFORCED}"
        for ownership in found
        if (owner := ownership.text("rule.objectOwnership")) != ENFORCED
    ]


RULE = Rule(
    id="S3-07",
    name="s3-ownership-enforced",
    title="Buckets own their objects, without ACLs",
    why="An object that a writer from another account owns is outside the bucket policy, and an ACL can "
    "make it public.",
    fix="Add BucketOwnershipControls with BucketOwnerEnforced.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP S3.12",
        "NIST 800-53 AC-3",
        "NIST 800-53 AC-6",
    ),
    sources=(SECURITY_HUB.format("s3"),),
    types=BUCKETS,
    scope="stack",
    related_types=(CONTROLS,),
    check=check,
)
