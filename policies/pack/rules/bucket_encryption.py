"""S3-02: a bucket is encrypted with a customer managed key."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, NotApplicable, Rule, Severity, StackResource
from policies.pack.related_resources import BUCKET_LOGGING, BUCKETS, attached, receives_access_logs

CONFIGURATIONS = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
DEFAULT = "rules.0.applyServerSideEncryptionByDefault"
KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")


def check(bucket: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """Default encryption is SSE-KMS with a key of the platform's own."""
    if receives_access_logs(bucket, stack):
        # Amazon S3 User Guide, "Enabling Amazon S3 server access logging": the target bucket may only use SSE-S3.
        raise NotApplicable("S3 delivers access logs only to a bucket with SSE-S3")
    configurations = attached(bucket, stack, CONFIGURATIONS, "bucket")
    if not configurations:
        return ["the bucket has no default encryption with a customer managed key"]
    return [violation for configuration in configurations for violation in _violations(configuration)]


def _violations(configuration: StackResource) -> list[str]:
    algorithm = configuration.text(f"{DEFAULT}.sseAlgorithm")
    if algorithm not in KMS_ALGORITHMS:
        return [f"{configuration.name} encrypts with {algorithm or 'nothing'}, allowed are {', '.join(KMS_ALGORITHMS)}"]
    if not configuration.present(f"{DEFAULT}.kmsMasterKeyId"):
        return [f"{configuration.name} names no key, so AWS's own key aws/s3 is used"]
    if "alias/aws/" in configuration.text(f"{DEFAULT}.kmsMasterKeyId"):
        return [f"{configuration.name} uses AWS's own key aws/s3"]
    return []


RULE = Rule(
    id="S3-02",
    name="s3-customer-managed-key",
    title="Buckets are encrypted with a customer managed key",
    why="Only a key of one's own has a key policy: the second of the three grants that a foreign reader needs.",
    fix="Set SSE-KMS with the platform's key in a BucketServerSideEncryptionConfiguration.",
    severity=Severity.HIGH,
    frameworks=("Security Hub S3.17", "NIST 800-53 SC-28(1)", "NIST 800-53 SC-12(2)"),
    sources=(SECURITY_HUB.format("s3"),),
    types=BUCKETS,
    scope="stack",
    related_types=(*CONFIGURATIONS, *BUCKET_LOGGING),
    check=check,
)
