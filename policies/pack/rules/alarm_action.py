"""ALM-01: an alarm tells somebody."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(alarm: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The alarm has an action, and actions are on."""
    found = [] if alarm.present("alarmActions") else ["the alarm has no action"]
    return found + (["the alarm's actions are off"] if alarm.get("actionsEnabled") is False else [])


RULE = Rule(
    id="ALM-01",
    name="alarm-has-action",
    title="Alarms have an action",
    why="An alarm that nobody hears is a graph.",
    fix="Set alarmActions to the alarm topic and leave actionsEnabled on.",
    severity=Severity.MEDIUM,
    frameworks=(
        "Security Hub CloudWatch.15",
        "Security Hub CloudWatch.17",
        "NIST 800-53 IR-4(1)",
    ),
    sources=(SECURITY_HUB.format("cloudwatch"),),
    types=("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"),
    check=check,
)
