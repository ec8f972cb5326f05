"""How an update moves traffic: what fits a fleet, and what is said of what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.sagemaker.shifting import traffic_shift
from settings.deployments import ProductionDeployment
from settings.traffic_shift import (
    ShiftMethod,
    TrafficShiftSettings,
    method_of,
    shift_faults,
    step_instances,
    timeout_of,
    wait_of,
)


def shift(**given: Any) -> TrafficShiftSettings:
    return TrafficShiftSettings(**given)


def test_two_instances_start_with_a_canary_and_one_moves_at_once() -> None:
    assert method_of(shift(), 2) is ShiftMethod.CANARY
    assert method_of(shift(), 1) is ShiftMethod.ALL_AT_ONCE
    assert step_instances(shift(), 2) == 1


def test_staging_waits_for_its_alarms_wherever_it_moves_in_steps() -> None:
    assert wait_of(shift(), "staging", 2) == 300
    assert wait_of(shift(), "staging", 1) == 60
    assert wait_of(shift(method="allAtOnce"), "staging", 2) == 60
    assert wait_of(shift(wait_seconds=0), "staging", 1) == 0


def test_a_tenth_of_ten_instances_is_one() -> None:
    asked = shift(method="canary", percent=10)
    assert shift_faults(asked, 10, 10) == ""
    assert step_instances(asked, 10) == 1


@pytest.mark.parametrize(
    ("given", "bounds", "words"),
    [
        ({"method": "canary"}, (1, 4), "give at least 2, or method: allAtOnce"),
        ({"method": "canary", "percent": 10}, (2, 4), "no whole number of instances; allowed: 50"),
        ({"method": "linear", "percent": 10}, (10, 40), "less than 1/10 of the fleet"),
        ({"method": "canary", "wait_seconds": 60}, (2, 4), "before an alarm can fire: give at least 300"),
        ({"method": "allAtOnce", "percent": 10}, (2, 4), "leave it out"),
        ({"method": "linear", "percent": 10, "wait_seconds": 3600}, (10, 10), "all waits together"),
    ],
)
def test_a_shift_that_does_not_fit_is_told_with_what_does(
    given: dict[str, Any], bounds: tuple[int, int], words: str
) -> None:
    assert words in shift_faults(shift(**given), *bounds)


def test_a_file_with_a_shift_that_does_not_fit_is_refused_where_it_says_it() -> None:
    with pytest.raises(ValueError, match="no whole number of instances"):
        ProductionDeployment.model_validate({"minInstances": 3, "shift": {"method": "canary", "percent": 50}})


@given(
    st.sampled_from([None, *ShiftMethod]),
    st.one_of(st.none(), st.integers(1, 50)),
    st.integers(1, 40),
    st.integers(0, 40),
    st.one_of(st.none(), st.integers(0, 3600)),
)
def test_what_passes_is_taken_by_sagemaker_at_every_size_of_the_fleet(
    method: ShiftMethod | None, percent: int | None, least: int, more: int, wait: int | None
) -> None:
    asked = TrafficShiftSettings(method=method, percent=percent, wait_seconds=wait)
    if shift_faults(asked, least, least + more):
        return
    chosen, step = method_of(asked, least), step_instances(asked, least)
    seconds, timeout = wait_of(asked, "production", least), timeout_of(asked, "production", least, least + more)
    size = {"Type": "INSTANCE_COUNT", "Value": step}
    for count in range(least, least + more + 1):
        if chosen is ShiftMethod.ROLLING:
            policy = {"MaximumBatchSize": size, "WaitIntervalInSeconds": seconds}
            deployment: dict[str, Any] = {"RollingUpdatePolicy": policy}
        else:
            member = {"canary": "CanarySize", "linear": "LinearStepSize"}.get(chosen.value)
            routing = {"Type": chosen.parameter, "WaitIntervalInSeconds": seconds, **({member: size} if member else {})}
            deployment = {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": routing,
                    "TerminationWaitInSeconds": seconds,
                    "MaximumExecutionTimeoutInSeconds": timeout,
                }
            }
        assert traffic_shift(deployment, [count]).shares[-1] == 1.0
