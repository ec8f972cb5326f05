"""S3-03: a bucket is versioned."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import BUCKETS, attached

VERSIONING = ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")


def check(bucket: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """Versioning is enabled, and not suspended."""
    found = attached(bucket, stack, VERSIONING, "bucket")
    if not found:
        return ["the bucket is not versioned"]
    return [
        f"{versioning.name} has status {status or 'none'}, allowed is Enabled"
        for versioning in found
        if (status := versioning.text("versioningConfiguration.status")) != "Enabled"
    ]


RULE = Rule(
    id="S3-03",
    name="s3-versioning",
    title="Buckets are versioned",
    why="A manifest names data and artifacts by object version; without versions a model's origin is lost.",
    fix="Add a BucketVersioning with status Enabled.",
    severity=Severity.MEDIUM,
    frameworks=("Security Hub S3.14", "NIST 800-53 CP-9"),
    sources=(SECURITY_HUB.format("s3"),),
    types=BUCKETS,
    scope="stack",
    related_types=VERSIONING,
    check=check,
)
