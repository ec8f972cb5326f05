"""EVB-03: an event that cannot be delivered is kept."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource


def check(target: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The target has a dead-letter queue. Without one EventBridge gives up after its retries, a day by default.

    Source: Amazon EventBridge User Guide, "How EventBridge retries delivering events".
    """
    return [] if target.present("deadLetterConfig.arn") else ["events that cannot be delivered are lost after a day"]


RULE = Rule(
    id="EVB-03",
    name="events-dead-letters",
    title="Event targets have a dead-letter queue",
    why="A lost approval or drift event is a deployment or a training that silently does not happen.",
    fix="Set deadLetterConfig.arn to a queue of the platform.",
    severity=Severity.MEDIUM,
    types=("aws:cloudwatch/eventTarget:EventTarget",),
    check=check,
)
