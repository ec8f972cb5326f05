"""SQS-01: a queue is encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(queue: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """With a customer managed key."""
    return (
        []
        if has_customer_managed_key(queue, "kmsMasterKeyId")
        else ["the queue is not encrypted with a customer managed key"]
    )


RULE = Rule(
    id="SQS-01",
    name="sqs-key",
    title="Queues are encrypted with a customer managed key",
    why="A dead-letter queue holds the events that failed, with their content, for days.",
    fix="Set kmsMasterKeyId.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP SQS.1",
        "NIST 800-53 SC-28",
    ),
    sources=(SECURITY_HUB.format("sqs"),),
    types=("aws:sqs/queue:Queue",),
    check=check,
)
