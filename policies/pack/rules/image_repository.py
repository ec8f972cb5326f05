"""ECR-01: images are immutable, scanned and encrypted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource

KMS_TYPES = ("KMS", "KMS_DSSE")


def check(repository: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Immutable tags, a scan at every push, a customer managed key."""
    found = []
    if not _encrypted(repository):
        found.append("images are not encrypted with a customer managed key")
    mutability = repository.text("imageTagMutability") or "MUTABLE"
    if mutability != "IMMUTABLE":
        found.append(f"imageTagMutability is {mutability}, allowed is IMMUTABLE")
    if repository.get("imageScanningConfiguration.scanOnPush") is not True:
        found.append("images are not scanned when they are pushed")
    return found


def _encrypted(repository: StackResource) -> bool:
    return any(
        isinstance(configuration, Mapping)
        and configuration.get("encryptionType") in KMS_TYPES
        and configuration.get("kmsKey")
        for configuration in repository.values("encryptionConfigurations")
    )


RULE = Rule(
    id="ECR-01",
    name="ecr-immutable-scanned-encrypted",
    title="Image repositories are immutable, scanned on push and encrypted with a customer managed key",
    why="A tag that can move makes the image of an approved model somebody's choice of the day.",
    fix="Set imageTagMutability to IMMUTABLE, scanOnPush, and encryption KMS with kmsKey.",
    severity=Severity.HIGH,
    frameworks=("FSBP ECR.1", "FSBP ECR.2", "Security Hub ECR.5", "NIST 800-53 RA-5", "NIST 800-53 CM-2"),
    sources=(SECURITY_HUB.format("ecr"),),
    types=("aws:ecr/repository:Repository",),
    check=check,
)
