"""EVB-01: an event bus says who may put events."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import attached
from policies.pack.statements import StatementView, parse

POLICY = "aws:cloudwatch/eventBusPolicy:EventBusPolicy"


def check(bus: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The bus has a policy, which gives events:PutEvents and nothing else."""
    found = attached(bus, stack, [POLICY], "eventBusName")
    if not found:
        return ["the event bus has no policy"]
    return [
        f"{statement.label} of {policy.name} gives {', '.join(others)}, allowed is events:PutEvents"
        for policy in found
        for statement in parse(policy.get("policy"))
        if statement.allows and (others := _others(statement))
    ]


def _others(statement: StatementView) -> list[str]:
    excepted = [f"all but {action}" for action in statement.not_actions]
    return excepted + [action for action in statement.actions if action.lower() != "events:putevents"]


RULE = Rule(
    id="EVB-01",
    name="events-bus-policy",
    title="Event buses have a policy, for events:PutEvents alone",
    why="Events start training and tell of drift: whoever puts rules or events here drives the platform.",
    fix="Add an EventBusPolicy that gives events:PutEvents to named accounts.",
    severity=Severity.MEDIUM,
    frameworks=("FSBP EventBridge.3",),
    sources=(SECURITY_HUB.format("eventbridge"),),
    types=("aws:cloudwatch/eventBus:EventBus",),
    scope="stack",
    related_types=(POLICY,),
    check=check,
)
