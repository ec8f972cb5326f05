"""S3-06: what a bucket keeps has an end."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import BUCKETS, attached

LIFECYCLES = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
OLD_VERSIONS = ("noncurrentVersionExpiration", "noncurrentVersionTransitions")


def check(bucket: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """An enabled rule says when old versions go: every bucket here is versioned (S3-03)."""
    found = attached(bucket, stack, LIFECYCLES, "bucket")
    if not found:
        return ["the bucket has no lifecycle configuration"]
    return [] if any(_ends(rule) for rule in found) else [f"no enabled rule of {found[0].name} ends old versions"]


def _ends(lifecycle: StackResource) -> bool:
    return any(
        lifecycle.text(f"{rule}.status") == "Enabled"
        and any(lifecycle.present(f"{rule}.{key}") for key in OLD_VERSIONS)
        for rule in lifecycle.item_paths("rules")
    )


RULE = Rule(
    id="S3-06",
    name="s3-lifecycle",
    title="Buckets end old versions by a lifecycle rule",
    why="Deleted data that lives on as an old version is neither deleted nor free.",
    fix="Add a BucketLifecycleConfiguration with an enabled rule that expires or moves noncurrent versions.",
    severity=Severity.LOW,
    frameworks=(
        "FSBP S3.13",
        "Security Hub S3.10",
        "NIST 800-53 SI-13(5)",
    ),
    sources=(SECURITY_HUB.format("s3"),),
    types=BUCKETS,
    scope="stack",
    related_types=LIFECYCLES,
    check=check,
)
