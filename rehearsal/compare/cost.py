"""What stands there costs a month, used or not; and what is billed by use, which is only named. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.prices import ADDRESS, ALARM, ENDPOINT, KEY, NAT, instance, price_of
from rehearsal.compare.billing import BY_USE, FREE, STANDING
from rehearsal.compare.capture import Captured, EndpointInstances, Side

_ENDPOINT_TYPE = "aws:ec2/vpcEndpoint:VpcEndpoint"
# A period below this makes an alarm one of high resolution, which has another price.
_STANDARD_SECONDS = 60
_FAST_ALARM = "CloudWatch alarm of high resolution, for each metric"


@dataclass(frozen=True, kw_only=True, order=True)
class Item:
    """A thing with a price of its own, in a stack and a Region."""

    stack: str
    region: str
    thing: str


@dataclass(frozen=True, kw_only=True)
class CostChange:
    """How many of a thing there were and are. `dollars` is the difference a month; None where no price is known."""

    item: Item
    before: int
    after: int
    dollars: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Total:
    """Dollars a month of everything with a known price, and what has none: thing and Region -> how many."""

    dollars: Decimal
    unpriced: Mapping[tuple[str, str], int]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The bill before and after. `endpoints` is whether the endpoints' instances are in it.

    `by_use_comes` and `by_use` name what is not counted: what is new, and all that there is. `unjudged` are types of
    which nobody has written down how they are billed.
    """

    changes: Sequence[CostChange]
    before: Total
    after: Total
    endpoints: bool
    by_use_comes: Sequence[str]
    by_use: Sequence[str]
    unjudged: Sequence[str] = ()


def compare_cost(before: Side, after: Side) -> Cost:
    """What the bill's fixed part changes by."""
    endpoints = before.endpoints is not None and after.endpoints is not None
    old = items(before.resources, before.endpoints if endpoints else ())
    new = items(after.resources, after.endpoints if endpoints else ())
    changes = [
        CostChange(item=item, before=old[item], after=new[item], dollars=_dollars(item, new[item] - old[item]))
        for item in sorted({*old, *new})
        if old[item] != new[item]
    ]
    return Cost(
        changes=changes,
        before=total(old),
        after=total(new),
        endpoints=endpoints,
        by_use_comes=sorted({*used(after.resources)} - {*used(before.resources)}),
        by_use=sorted(used(after.resources)),
        unjudged=sorted({each.type for each in after.resources} - STANDING - FREE - {*BY_USE}),
    )


def items(resources: Iterable[Captured], endpoints: Iterable[EndpointInstances] | None = ()) -> Counter[Item]:
    """How many of each thing there are."""
    found: Counter[Item] = Counter()
    for resource in resources:
        thing, count = _thing(resource)
        if count:
            found[Item(stack=resource.stack, region=resource.region, thing=thing)] += count
    for each in endpoints or ():
        item = Item(stack=each.stack, region=each.region, thing=instance(each.instance_type))
        found[item] += each.instances * each.places
    return found


def total(counted: Mapping[Item, int]) -> Total:
    """The sum of what has a known price, and what has none."""
    unpriced: Counter[tuple[str, str]] = Counter()
    dollars = Decimal(0)
    for item, count in counted.items():
        known = _dollars(item, count)
        if known is None:
            unpriced[item.thing, item.region] += count
        else:
            dollars += known
    return Total(dollars=dollars, unpriced=dict(sorted(unpriced.items())))


def used(resources: Iterable[Captured]) -> set[str]:
    """What of these is billed by use."""
    return {
        BY_USE[each.type]
        for each in resources
        if each.type in BY_USE and (each.type != _ENDPOINT_TYPE or _thing(each)[1])
    }


def _thing(resource: Captured) -> tuple[str, int]:
    """The thing that a resource is in the table of prices, and how many of it; 0 where it costs nothing by itself."""
    inputs = resource.inputs
    if resource.type == "aws:ec2/natGateway:NatGateway":
        return NAT, 1
    if resource.type == "aws:ec2/eip:Eip":
        return ADDRESS, 1
    if resource.type == "aws:kms/key:Key":
        return KEY, 1
    if resource.type == _ENDPOINT_TYPE:
        # A gateway endpoint is free, and what a type is called is Gateway where nothing is said.
        interface = inputs.get("vpcEndpointType") == "Interface"
        return ENDPOINT, len(inputs.get("subnetIds") or ()) if interface else 0
    if resource.type == "aws:cloudwatch/metricAlarm:MetricAlarm":
        metrics = [each for each in inputs.get("metricQueries") or () if each.get("metric")]
        periods = [inputs.get("period"), *(each["metric"].get("period") for each in metrics)]
        fast = any(period is not None and int(period) < _STANDARD_SECONDS for period in periods)
        return _FAST_ALARM if fast else ALARM, max(1, len(metrics))
    return "", 0


def _dollars(item: Item, count: int) -> Decimal | None:
    price = price_of(item.thing, item.region)
    return price.monthly * count if price else None
