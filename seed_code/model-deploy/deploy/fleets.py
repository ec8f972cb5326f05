"""How long two fleets run while traffic moves, and what that costs beside the fleet that serves anyway."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class InstancePrice:
    """What an instance costs: US dollars an hour, and the day on which the price was read."""

    dollars_per_hour: Decimal
    read: str


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How an update moves traffic: for how many seconds `extra` instances more run, and in which words."""

    seconds: int
    extra: int
    words: str


def shift(deployment: Mapping[str, Any], instances: int) -> Shift:
    """The shift that a `DeploymentConfig` asks for, with a new fleet of so many instances.

    Source: SageMaker Developer Guide, "Blue/Green Deployments" and "Use rolling deployments".
    """
    if rolling := deployment.get("RollingUpdatePolicy"):
        batch = max(1, _size(rolling["MaximumBatchSize"], instances))
        batches = math.ceil(instances / batch)
        wait = batches * int(rolling.get("WaitIntervalInSeconds", 0))
        return Shift(
            seconds=wait, extra=batch, words=f"in {_counted(batches, 'batch', 'batches')} of {batch}"
        )
    policy = deployment.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {})
    stays = int(policy.get("TerminationWaitInSeconds", 0))
    wait = int(routing.get("WaitIntervalInSeconds", 0))
    kind = routing.get("Type", "ALL_AT_ONCE")
    if kind == "CANARY":
        first = _size(routing.get("CanarySize", {}), instances)
        words = f"first to {_counted(first, 'instance', 'instances')}, after {_time(wait)} to all"
        return Shift(seconds=wait + stays, extra=instances, words=words)
    if kind == "LINEAR":
        step = max(1, _size(routing.get("LinearStepSize", {}), instances))
        steps = math.ceil(instances / step)
        words = f"in {_counted(steps, 'step', 'steps')}, {_time(wait)} apart"
        return Shift(seconds=(steps - 1) * wait + stays, extra=instances, words=words)
    return Shift(seconds=stays, extra=instances, words="all at once")


def cost_words(
    moved: Shift, instance_type: str, most: int, price: InstancePrice | None, region: str
) -> list[str]:
    """How long both run and what the shift costs; `most` is how many instances scaling may have started."""
    lines = [
        f"traffic moves {moved.words}; {moved.extra} x {instance_type} more run for {_time(moved.seconds)}, "
        "and for the minutes that SageMaker takes to start and stop them"
    ]
    if price is None:
        return [
            *lines,
            f"what that costs is not known here: no price of {instance_type} in {region} is written down",
        ]
    hourly, hours = price.dollars_per_hour, Decimal(moved.seconds) / 3600
    cost = f"that costs {_dollars(moved.extra * hourly * hours)} USD"
    if most > moved.extra:
        cost += f", {_dollars(most * hourly * hours)} USD where scaling has started all {most}"
    return [*lines, f"{cost}, at {hourly} USD an instance and hour (price of {region}, read {price.read})"]


def _size(capacity: Mapping[str, Any], instances: int) -> int:
    """A capacity in instances: a number of them, or a share rounded up to whole ones."""
    value = int(capacity.get("Value", 1))
    return math.ceil(instances * value / 100) if capacity.get("Type") == "CAPACITY_PERCENT" else value


def _time(seconds: int) -> str:
    return f"{seconds} seconds" if seconds % 60 else _counted(seconds // 60, "minute", "minutes")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _dollars(amount: Decimal) -> str:
    """To the cent, and never nothing for something."""
    return f"{amount:.2f}" if amount >= Decimal("0.01") or not amount else "less than 0.01"
