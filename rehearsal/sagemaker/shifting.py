"""Deployment guardrails: how an update moves traffic from the old fleet of an endpoint to the new one. Pure.

Sources: SageMaker Developer Guide, "Blue/Green Deployments", "Use canary traffic shifting", "Use linear traffic
shifting", "Use rolling deployments"; limits: botocore, service model of sagemaker.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Bounds of a step as shares of the fleet.
_CANARY = (0.0, 0.5)
_LINEAR = (0.1, 0.5)
_ROLLING = (0.05, 0.5)
_LONGEST_SECONDS = 28_800


class RefusedDeployment(ValueError):
    """A deployment configuration that SageMaker refuses, with its reason."""


@dataclass(frozen=True, kw_only=True)
class TrafficShift:
    """`shares` are the new fleet's shares of the traffic, step by step, the last one 1.

    After each step the alarms are watched for `wait` seconds; after the last, the old fleet stays for `termination`
    seconds more. `timeout` bounds the whole.
    """

    shares: tuple[float, ...]
    wait: float
    termination: float = 0.0
    timeout: float = float(_LONGEST_SECONDS)
    alarms: tuple[str, ...] = ()


def traffic_shift(deployment: Mapping[str, Any], counts: Sequence[int]) -> TrafficShift:
    """The steps of an update; `counts` are the new fleet's instances by variant. Raises RefusedDeployment.

    Without a policy all traffic moves at once and nothing is watched: baking needs a policy.
    """
    alarms = tuple(
        entry["AlarmName"] for entry in (deployment.get("AutoRollbackConfiguration") or {}).get("Alarms") or ()
    )
    blue_green, rolling = deployment.get("BlueGreenUpdatePolicy"), deployment.get("RollingUpdatePolicy")
    if blue_green and rolling:
        raise RefusedDeployment("Only one update policy can be given: BlueGreenUpdatePolicy or RollingUpdatePolicy")
    if rolling:
        return _rolling(rolling, counts, alarms)
    if not blue_green:
        return TrafficShift(shares=(1.0,), wait=0.0, alarms=alarms)
    return _blue_green(blue_green, counts, alarms)


def _blue_green(policy: Mapping[str, Any], counts: Sequence[int], alarms: tuple[str, ...]) -> TrafficShift:
    routing = policy["TrafficRoutingConfiguration"]
    kind, wait = routing["Type"], float(routing["WaitIntervalInSeconds"])
    sizes = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}
    for other, member in sizes.items():
        if (member in routing) != (other == kind):
            raise RefusedDeployment(f"{member} goes with {other} and only with it; the type is {kind}")
    shares: tuple[float, ...] = (1.0,)
    if kind == "CANARY":
        shares = (_share(routing["CanarySize"], counts, _CANARY, "CanarySize"), 1.0)
    elif kind == "LINEAR":
        shares = _steps(_share(routing["LinearStepSize"], counts, _LINEAR, "LinearStepSize"))
    termination = float(policy.get("TerminationWaitInSeconds") or 0)
    timeout = float(policy.get("MaximumExecutionTimeoutInSeconds") or _LONGEST_SECONDS)
    if timeout <= wait * len(shares) + termination:
        raise RefusedDeployment(
            f"MaximumExecutionTimeoutInSeconds {timeout:.0f} is not larger than all waits together, "
            f"{wait * len(shares) + termination:.0f} s"
        )
    return TrafficShift(shares=shares, wait=wait, termination=termination, timeout=timeout, alarms=alarms)


def _rolling(policy: Mapping[str, Any], counts: Sequence[int], alarms: tuple[str, ...]) -> TrafficShift:
    if len(counts) != 1:
        raise RefusedDeployment("RollingUpdatePolicy does not support endpoints with several variants")
    share = _share(policy["MaximumBatchSize"], counts, _ROLLING, "MaximumBatchSize")
    wait = float(policy["WaitIntervalInSeconds"])
    timeout = float(policy.get("MaximumExecutionTimeoutInSeconds") or _LONGEST_SECONDS)
    return TrafficShift(shares=_steps(share), wait=wait, timeout=timeout, alarms=alarms)


def _steps(share: float) -> tuple[float, ...]:
    count = math.ceil(1 / share - 1e-9)
    return tuple(min(1.0, share * (index + 1)) for index in range(count))


def _share(size: Mapping[str, Any], counts: Sequence[int], bounds: tuple[float, float], member: str) -> float:
    """A step as a share of the fleet."""
    value, fewest = int(size["Value"]), min(counts)
    share = value / 100 if size["Type"] == "CAPACITY_PERCENT" else value / fewest
    least, most = bounds
    if not least <= share <= most or share <= 0:
        raise RefusedDeployment(
            f"{member} {value} {size['Type']} is {share:.0%} of {fewest} instances; "
            f"allowed: {f'{least:.0%} to ' if least else 'at most '}{most:.0%}"
        )
    if abs(share * fewest - round(share * fewest)) > 1e-9:
        # No page says which way SageMaker rounds, so nothing may depend on it.
        raise RefusedDeployment(f"{member} {value} % of {fewest} instances is no whole number of instances")
    return share
