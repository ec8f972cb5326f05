"""STK-01: Pulumi declares no StackSet."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource

TYPES = (
    "aws:cloudformation/stackInstances:StackInstances",
    "aws:cloudformation/stackSet:StackSet",
    "aws:cloudformation/stackSetInstance:StackSetInstance",
)


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """StackSets and their instances belong to the deploy pipeline."""
    return [f"{resource.type.rpartition(':')[2]} {resource.name} belongs to the deploy pipeline"]


RULE = Rule(
    id="STK-01",
    name="no-declared-stack-sets",
    title="Pulumi declares no StackSets",
    why="An update from an older state would roll an older model out to production.",
    fix="Let the deploy pipeline create StackSets and instances.",
    severity=Severity.HIGH,
    types=TYPES,
    check=check,
)
