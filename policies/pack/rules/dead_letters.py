"""SQS-02: what a queue cannot deliver is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.pack.model import NotApplicable, Rule, Severity, StackResource, Unknown
from policies.pack.related_resources import attached

REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy"
ALLOW = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
# Where others name a queue as the place for what they could not deliver.
SENDERS = ("redrivePolicy", "deadLetterConfig", "destinationConfig")


def check(queue: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The queue has a dead-letter queue, unless it is one."""
    if queue.present("redriveAllowPolicy") or attached(queue, stack, [ALLOW], "queueUrl") or _receives(queue, stack):
        raise NotApplicable("it is a dead-letter queue")
    if queue.present("redrivePolicy") or attached(queue, stack, [REDRIVE], "queueUrl"):
        return []
    return ["the queue has no dead-letter queue"]


def _receives(queue: StackResource, stack: Sequence[StackResource]) -> bool:
    return any(_names(other, key, queue) for other in stack if other.urn != queue.urn for key in SENDERS)


def _names(other: StackResource, key: str, queue: StackResource) -> bool:
    if queue.urn in other.property_dependencies.get(key, ()):
        return True
    arn = queue.props.get("arn")
    return isinstance(arn, str) and arn in _texts(other.props.get(key))


def _texts(value: object) -> str:
    """All text of a value at any depth; a redrive policy is JSON text."""
    if isinstance(value, Mapping):
        return " ".join(_texts(item) for item in value.values())
    return "" if isinstance(value, Unknown) else str(value)


RULE = Rule(
    id="SQS-02",
    name="sqs-dead-letters",
    title="Queues have a dead-letter queue",
    why="A message that fails again and again is dropped at the end of its retention, and nobody knows.",
    fix="Set redrivePolicy, and redriveAllowPolicy on the dead-letter queue.",
    severity=Severity.MEDIUM,
    types=("aws:sqs/queue:Queue",),
    scope="stack",
    related_types=(REDRIVE, ALLOW),
    check=check,
)
