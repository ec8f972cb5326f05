"""How an update's traffic moves, by its deployment configuration."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.sagemaker.shifting import RefusedDeployment, traffic_shift


def blue_green(kind: str, wait: int = 60, **more: Any) -> dict[str, Any]:
    routing = {"Type": kind, "WaitIntervalInSeconds": wait, **more}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}


def instances(value: int) -> dict[str, Any]:
    return {"Type": "INSTANCE_COUNT", "Value": value}


def percent(value: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def test_a_canary_takes_its_share_and_then_everything() -> None:
    assert traffic_shift(blue_green("CANARY", CanarySize=instances(1)), [10]).shares == (0.1, 1.0)


def test_a_linear_shift_takes_equal_steps_until_everything() -> None:
    shift = traffic_shift(blue_green("LINEAR", LinearStepSize=percent(40)), [5])
    assert shift.shares == pytest.approx((0.4, 0.8, 1.0))


def test_a_rolling_update_takes_batches() -> None:
    policy = {"RollingUpdatePolicy": {"MaximumBatchSize": instances(1), "WaitIntervalInSeconds": 5}}
    assert traffic_shift(policy, [2]).shares == (0.5, 1.0)


def test_without_a_policy_everything_moves_at_once_and_nothing_is_watched_for_long() -> None:
    shift = traffic_shift({"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}, [1])
    assert (shift.shares, shift.wait, shift.alarms) == ((1.0,), 0.0, ("a",))


@pytest.mark.parametrize(
    ("deployment", "count", "reason"),
    [
        (blue_green("CANARY", CanarySize=instances(1)), 1, "at most 50%"),
        (blue_green("CANARY", CanarySize=percent(60)), 10, "at most 50%"),
        (blue_green("LINEAR", LinearStepSize=percent(5)), 20, "10% to 50%"),
        (blue_green("CANARY", CanarySize=percent(50)), 3, "no whole number"),
        (blue_green("CANARY"), 2, "CanarySize goes with CANARY"),
        (blue_green("ALL_AT_ONCE", CanarySize=instances(1)), 2, "the type is ALL_AT_ONCE"),
        (blue_green("ALL_AT_ONCE") | {"RollingUpdatePolicy": {}}, 2, "Only one update policy"),
    ],
)
def test_what_sagemaker_refuses_is_refused(deployment: dict[str, Any], count: int, reason: str) -> None:
    if "RollingUpdatePolicy" in deployment:
        deployment["RollingUpdatePolicy"] = {"MaximumBatchSize": instances(1), "WaitIntervalInSeconds": 5}
    with pytest.raises(RefusedDeployment, match=reason):
        traffic_shift(deployment, [count])


def test_several_variants_do_not_roll() -> None:
    policy = {"RollingUpdatePolicy": {"MaximumBatchSize": instances(1), "WaitIntervalInSeconds": 5}}
    with pytest.raises(RefusedDeployment, match="several variants"):
        traffic_shift(policy, [2, 2])


def test_a_timeout_below_the_waits_is_refused() -> None:
    deployment = blue_green("CANARY", wait=600, CanarySize=instances(1))
    deployment["BlueGreenUpdatePolicy"]["MaximumExecutionTimeoutInSeconds"] = 1200
    with pytest.raises(RefusedDeployment, match="not larger than all waits"):
        traffic_shift(deployment, [2])
