"""What stands there costs, with a known price or none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import given

from catalog.prices import EVERY_REGION, PRICES, price_of
from catalog.prices import KEY as KEY_THING
from rehearsal.compare.billing import BY_USE, FREE, STANDING
from rehearsal.compare.capture import Captured, EndpointInstances, Side
from rehearsal.compare.cost import Cost, compare_cost
from rehearsal.compare.cost_page import cost_blocks, cost_sentence
from rehearsal.compare.drawn_ids import DrawnIds
from rehearsal.services import invocations, resource_types
from tests.rehearsal.compare.samples import ALARM, ENDPOINT, KEY, NAT, RESOURCES, resource


def side(*resources: Captured, endpoints: list[EndpointInstances] | None = None) -> Side:
    return Side(path=Path("resources.json"), resources=resources, ids=DrawnIds({}), endpoints=endpoints)


def changed(*resources: Captured) -> Cost:
    return compare_cost(side(), side(*resources))


def _endpoint(kind: str, subnets: int) -> Captured:
    inputs = {"vpcEndpointType": kind, "subnetIds": [f"<id of s{n} in dev>" for n in range(subnets)]}
    return resource("endpoint", ENDPOINT, inputs=inputs)


def test_an_interface_endpoint_is_paid_for_in_each_zone() -> None:
    [change] = changed(_endpoint("Interface", 3)).changes
    assert (change.after, change.dollars) == (3, Decimal("0.01") * 730 * 3)


def test_a_gateway_endpoint_is_free() -> None:
    cost = changed(_endpoint("Gateway", 0))
    assert cost.changes == []
    assert cost.by_use == []


def test_a_region_without_a_price_says_so_and_is_not_zero() -> None:
    cost = changed(resource("nat", NAT, region="ap-south-2"))
    assert [change.dollars for change in cost.changes] == [None]
    assert cost.after.unpriced == {("NAT gateway", "ap-south-2"): 1}
    assert "no price known for 1 of 1" in cost_sentence(cost)
    assert not any("$0.00 a month" in block.text for block in cost_blocks(cost))


def test_a_price_of_every_region_is_not_one_of_other_partitions() -> None:
    assert price_of(KEY_THING, "ap-south-2") is not None
    assert price_of(KEY_THING, "cn-north-1") is None
    assert price_of(KEY_THING, "us-gov-west-1") is None


def test_an_alarm_of_high_resolution_has_another_price() -> None:
    slow, fast = (changed(resource("alarm", ALARM, inputs={"period": period})).changes for period in (60, 10))
    assert [change.dollars for change in slow] == [Decimal("0.10")]
    assert [change.dollars for change in fast] == [None]


def test_endpoints_cost_their_fewest_instances_in_each_account() -> None:
    one = EndpointInstances(
        stack="project-x", stage="staging", region="us-east-1", instance_type="ml.m5.large", instances=2, places=3
    )
    [change] = compare_cost(side(endpoints=[]), side(endpoints=[one])).changes
    assert (change.after, change.dollars) == (6, Decimal("0.115") * 730 * 6)


def test_endpoints_that_one_side_does_not_know_are_not_counted_and_that_is_said() -> None:
    one = EndpointInstances(
        stack="project-x", stage="staging", region="us-east-1", instance_type="ml.m5.large", instances=2, places=3
    )
    cost = compare_cost(side(), side(endpoints=[one]))
    assert cost.changes == []
    assert any("Instances of endpoints are not counted" in block.text for block in cost_blocks(cost))


def test_what_is_billed_by_use_is_named() -> None:
    cost = compare_cost(side(), side(resource("key", KEY)))
    assert [text.split(":")[0] for text in cost.by_use_comes] == ["KMS keys"]


def test_what_comes_and_is_billed_by_use_stands_in_the_gist() -> None:
    detector = resource("detector", "aws:guardduty/detector:Detector")
    assert cost_sentence(changed(detector)).endswith("used or not; new, and billed by use: GuardDuty")


def test_a_type_that_nobody_has_looked_at_is_named_and_not_free() -> None:
    cost = changed(resource("thing", "aws:rds/instance:Instance"))
    assert any("Nobody has looked at what these cost: aws:rds/instance" in block.text for block in cost_blocks(cost))


def test_how_each_type_is_billed_is_written_down_once() -> None:
    assert {*resource_types(), *invocations()} <= STANDING | FREE | {*BY_USE}
    assert not FREE & (STANDING | {*BY_USE})


@given(RESOURCES, RESOURCES)
def test_the_other_way_round_the_bill_changes_by_the_opposite(before: list[Captured], after: list[Captured]) -> None:
    there = compare_cost(side(*before), side(*after))
    back = compare_cost(side(*after), side(*before))
    opposite = {change.item: change.dollars for change in back.changes}
    assert len(there.changes) == len(opposite)
    for change in there.changes:
        other = opposite[change.item]
        assert change.dollars == (None if other is None else -other)
    assert (there.before, there.after) == (back.after, back.before)


@given(RESOURCES)
def test_nothing_costs_more_than_itself(resources: list[Captured]) -> None:
    cost = compare_cost(side(*resources), side(*resources))
    assert (cost.changes, cost.by_use_comes) == ([], [])


def test_each_price_names_its_page_and_the_day() -> None:
    assert len({(price.thing, price.region) for price in PRICES}) == len(PRICES)
    for price in PRICES:
        assert price.dollars > 0
        assert "pricing" in price.source
        assert price.read
        assert price.region == EVERY_REGION or price.region.count("-") == 2
