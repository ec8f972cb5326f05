"""SM-13: a feature group has keys for both of its stores."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource

STORES = {
    "onlineStoreConfig": "onlineStoreConfig.securityConfig.kmsKeyId",
    "offlineStoreConfig": "offlineStoreConfig.s3StorageConfig.kmsKeyId",
}


def check(group: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Each store that is there is encrypted with a customer managed key."""
    return [
        f"{store} has no customer managed key"
        for store, key in STORES.items()
        if group.present(store) and not has_customer_managed_key(group, key)
    ]


RULE = Rule(
    id="SM-13",
    name="sagemaker-feature-group-keys",
    title="Feature groups are encrypted with customer managed keys",
    why="Features are the data, prepared for use.",
    fix="Set kmsKeyId in securityConfig and in s3StorageConfig.",
    severity=Severity.HIGH,
    frameworks=(
        "Security Hub SageMaker.17",
        "Security Hub SageMaker.18",
        "NIST 800-53 SC-28(1)",
    ),
    sources=(SECURITY_HUB.format("sagemaker"),),
    types=("aws:sagemaker/featureGroup:FeatureGroup",),
    check=check,
)
