"""LOG-01: a log group has a retention and a key."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource


def check(group: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Both are set; a retention of 0 days is for ever."""
    found = []
    if not group.present("kmsKeyId"):
        found.append("the log group is not encrypted with a customer managed key")
    if not group.get("retentionInDays"):
        found.append("the log group keeps its events for ever")
    return found


RULE = Rule(
    id="LOG-01",
    name="log-group-retention-and-key",
    title="Log groups have a retention and a key",
    why="Logs hold inputs and identities; kept for ever or in the open they are a second data store.",
    fix="Set retentionInDays and kmsKeyId.",
    severity=Severity.MEDIUM,
    types=("aws:cloudwatch/logGroup:LogGroup",),
    check=check,
)
