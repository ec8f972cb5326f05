"""Cases of the rule in `policies/pack/rules/alarm_action.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import alarm_action
from tests.policies.pack.pack_factories import make, without
from tests.policies.pack.rule_cases import Cases, on


def alarm(**props: Any) -> StackResource:
    right = {"alarmActions": ["arn:aws:sns:x"], "actionsEnabled": True}
    return make("aws:cloudwatch/metricAlarm:MetricAlarm", "failures", **{**right, **props})


CASES = Cases(
    rule=alarm_action.RULE,
    passes=[on(alarm()), on(without(alarm(), "actionsEnabled")), on(alarm(alarmActions=UNKNOWN))],
    violations=[
        (on(alarm(alarmActions=[])), "the alarm has no action"),
        (on(alarm(actionsEnabled=False)), "the alarm's actions are off"),
    ],
    unknown=[(on(alarm(actionsEnabled=UNKNOWN)), "actionsEnabled of failures")],
)
