"""How an update of an endpoint moves traffic to the new model, as a stage's settings say it.

Limits: botocore, service model of sagemaker (TrafficRoutingConfig, RollingUpdatePolicy); SageMaker Developer Guide,
"Deployment guardrails for updating models in production".
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from settings.section import Section

# The alarms of an update fire after two of three minutes, and CloudWatch has a metric about a minute late.
SECONDS_TO_ALARM = 300
# Beside all waits: two fleets are started and one is stopped, which takes minutes.
_STARTING_SECONDS = 3600
# SageMaker's own bounds of a whole update.
_SHORTEST, _LONGEST = 600, 28_800
# Bounds of a step, as a divisor of the fleet's instances: at most half of it; a linear step at least a tenth of it, a
# rolling one at least a twentieth.
_FINEST = {"linear": 10, "rolling": 20}


class ShiftMethod(StrEnum):
    """Blue/green in one step, in two, in equal ones; or batch by batch, which needs no second fleet."""

    ALL_AT_ONCE = "allAtOnce"
    CANARY = "canary"
    LINEAR = "linear"
    ROLLING = "rolling"

    @property
    def parameter(self) -> str:
        """The value of the delivered template's parameter."""
        return {"allAtOnce": "ALL_AT_ONCE"}.get(self.value, self.value.upper())

    @property
    def stepped(self) -> bool:
        """Whether it takes more than one step, and so more than one instance."""
        return self is not ShiftMethod.ALL_AT_ONCE


Percent = Annotated[int, Field(ge=1, le=50)]
Seconds = Annotated[int, Field(ge=0, le=3600)]


class TrafficShiftSettings(Section):
    """How an update of the endpoint moves traffic from the old model to the new one."""

    method: ShiftMethod | None = Field(
        default=None,
        description="canary: one step, then all. linear: equal steps. allAtOnce: all in one step. rolling: batch by "
        "batch, where two fleets do not fit the quota. Left out: canary with two instances or more, else allAtOnce.",
    )
    percent: Percent | None = Field(
        default=None,
        description="Share of the fleet of a canary, a linear step or a rolling batch; a whole number of minInstances. "
        "Left out: one instance.",
    )
    wait_seconds: Seconds | None = Field(
        default=None,
        description="How long the alarms are watched after each step; with several steps at least 300, which an alarm "
        "takes to fire. Left out: 600 in production; in staging 60, or 300 with several steps.",
    )
    keep_seconds: Seconds | None = Field(
        default=None, description="How long the old fleet stays after the last step. Left out: as waitSeconds."
    )


def method_of(shift: TrafficShiftSettings, min_instances: int) -> ShiftMethod:
    """The method that was chosen, or the one for so many instances."""
    return shift.method or (ShiftMethod.CANARY if min_instances > 1 else ShiftMethod.ALL_AT_ONCE)


def step_instances(shift: TrafficShiftSettings, min_instances: int) -> int:
    """Instances of a step: a share that `shift_faults` lets pass is a whole number of them."""
    return max(1, min_instances * (shift.percent or 0) // 100)


def wait_of(shift: TrafficShiftSettings, stage: str, min_instances: int) -> int:
    """Seconds after each step. Nobody calls staging while it updates; several steps need minutes for an alarm."""
    if shift.wait_seconds is not None:
        return shift.wait_seconds
    if stage == "production":
        return 600
    return SECONDS_TO_ALARM if method_of(shift, min_instances).stepped else 60


def keep_of(shift: TrafficShiftSettings, stage: str, min_instances: int) -> int:
    """Seconds that the old fleet stays after the last step."""
    return wait_of(shift, stage, min_instances) if shift.keep_seconds is None else shift.keep_seconds


def steps(method: ShiftMethod, step: int, min_instances: int) -> int:
    """How many steps an update of the smallest fleet takes."""
    if method is ShiftMethod.ALL_AT_ONCE:
        return 1
    return 2 if method is ShiftMethod.CANARY else math.ceil(min_instances / step)


def timeout_of(shift: TrafficShiftSettings, stage: str, min_instances: int, max_instances: int) -> int:
    """Seconds that an update may take in all; a fleet that has scaled out takes the most steps."""
    method, step = method_of(shift, min_instances), step_instances(shift, min_instances)
    waits = steps(method, step, max_instances) * wait_of(shift, stage, min_instances)
    waits += keep_of(shift, stage, min_instances)
    return min(_LONGEST, max(_SHORTEST, waits + _STARTING_SECONDS))


def shift_faults(shift: TrafficShiftSettings, min_instances: int, max_instances: int) -> str:
    """What of a shift does not go with so many instances, empty where all does."""
    method = method_of(shift, min_instances)
    if not method.stepped:
        return "percent is of a canary, linear or rolling shift: leave it out" if shift.percent else ""
    if min_instances < 2:
        return (
            f"{method} takes at most half of the fleet in a step, and minInstances is {min_instances}: "
            "give at least 2, or method: allAtOnce"
        )
    if shift.wait_seconds is not None and shift.wait_seconds < SECONDS_TO_ALARM:
        return (
            f"waitSeconds {shift.wait_seconds} is over before an alarm can fire: give at least {SECONDS_TO_ALARM}, or "
            "method: allAtOnce"
        )
    return _step_fault(shift, method, min_instances, max_instances)


def _step_fault(shift: TrafficShiftSettings, method: ShiftMethod, min_instances: int, max_instances: int) -> str:
    if shift.percent and min_instances * shift.percent % 100:
        whole = sorted(
            {
                100 * count // min_instances
                for count in range(1, min_instances // 2 + 1)
                if 100 * count % min_instances == 0
            }
        )
        return (
            f"percent {shift.percent} of minInstances {min_instances} is no whole number of instances; allowed: "
            f"{', '.join(map(str, whole)) or 'nothing'}; a smaller share takes more instances"
        )
    step = step_instances(shift, min_instances)
    finest = _FINEST.get(method)
    if finest and step * finest < max_instances:
        return (
            f"a {method} step of {step} of maxInstances {max_instances} is less than 1/{finest} of the fleet, which "
            f"SageMaker refuses: give a larger percent, or at most {step * finest} instances"
        )
    waits = steps(method, step, max_instances) * (shift.wait_seconds or SECONDS_TO_ALARM) + (shift.keep_seconds or 0)
    if waits + _STARTING_SECONDS > _LONGEST:
        return (
            f"all waits together take {waits} s, and an update may take {_LONGEST} s with its start: give shorter ones"
        )
    return ""
