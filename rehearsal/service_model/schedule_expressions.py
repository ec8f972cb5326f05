"""Schedule expressions of EventBridge's rules."""

from __future__ import annotations

import re

from rehearsal.service_model.aws_behavior import aws_behavior

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0}


class BadSchedule(ValueError):
    """A schedule expression that EventBridge refuses."""


@aws_behavior(
    'Amazon EventBridge User Guide, "Setting a schedule pattern for scheduled rules (legacy) in Amazon EventBridge": '
    "a value of 1 has a unit in the singular, others one in the plural; a rate begins with the rule"
)
def rate_seconds(expression: str) -> float | None:
    """How often a rule with a rate sends an event; None for a cron expression. Raises BadSchedule."""
    if expression.startswith("cron(") and expression.endswith(")"):
        return None
    match = _RATE.fullmatch(expression)
    if not match or int(match[1]) < 1 or (int(match[1]) == 1) == bool(match[3]):
        raise BadSchedule("Parameter ScheduleExpression is not valid.")
    return int(match[1]) * _SECONDS[match[2]]
