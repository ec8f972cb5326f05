"""CT-02: a trail is encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(trail: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """With a customer managed key."""
    return (
        []
        if has_customer_managed_key(trail, "kmsKeyId")
        else ["the trail is not encrypted with a customer managed key"]
    )


RULE = Rule(
    id="CT-02",
    name="cloudtrail-key",
    title="Trails are encrypted with a customer managed key",
    why="The trail says who did what with which data; the key says who may read that.",
    fix="Set kmsKeyId.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP CloudTrail.2",
        "CIS AWS 1.4.0 3.7",
        "NIST 800-53 AU-9",
    ),
    sources=(SECURITY_HUB.format("cloudtrail"),),
    types=("aws:cloudtrail/trail:Trail",),
    check=check,
)
