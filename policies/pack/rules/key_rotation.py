"""KMS-01: a key rotates."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, NotApplicable, Rule, Severity, StackResource


def check(key: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Automatic rotation is on. KMS rotates symmetric encryption keys only.

    Source: AWS KMS Developer Guide, "Rotate AWS KMS keys".
    """
    usage = key.text("keyUsage") or "ENCRYPT_DECRYPT"
    spec = key.text("customerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    if usage != "ENCRYPT_DECRYPT" or spec != "SYMMETRIC_DEFAULT":
        raise NotApplicable(f"KMS rotates no key of usage {usage} and spec {spec}")
    return [] if key.get("enableKeyRotation") is True else ["the key does not rotate"]


RULE = Rule(
    id="KMS-01",
    name="kms-rotation",
    title="Keys rotate every year",
    why="Less is encrypted under one key material, and a leaked one is worth less.",
    fix="Set enableKeyRotation.",
    severity=Severity.MEDIUM,
    frameworks=("Security Hub KMS.4", "CIS AWS 5.0.0 3.6", "NIST 800-53 SC-12"),
    sources=(SECURITY_HUB.format("kms"),),
    types=("aws:kms/key:Key",),
    check=check,
)
