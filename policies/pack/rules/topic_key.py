"""SNS-01: a topic is encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(topic: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """With a customer managed key: CloudWatch cannot publish to a topic under AWS's own."""
    return (
        []
        if has_customer_managed_key(topic, "kmsMasterKeyId")
        else ["the topic is not encrypted with a customer managed key"]
    )


RULE = Rule(
    id="SNS-01",
    name="sns-key",
    title="Topics are encrypted with a customer managed key",
    why="Alarms and notices name resources, people and reasons.",
    fix="Set kmsMasterKeyId.",
    severity=Severity.MEDIUM,
    frameworks=(
        "Security Hub SNS.1",
        "NIST 800-53 SC-28",
    ),
    sources=(SECURITY_HUB.format("sns"),),
    types=("aws:sns/topic:Topic",),
    check=check,
)
