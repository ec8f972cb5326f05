"""Which resources come, change, are replaced or go."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from policies.access.published.cloudformation_types import TYPES
from policies.access.published.resource_schemas import create_only
from rehearsal.compare.capture import Captured
from rehearsal.compare.resources import Kind, compare_resources
from rehearsal.engine.naming import normal
from rehearsal.engine.steps import step
from rehearsal.services import resource_types
from tests.rehearsal.compare.samples import QUEUE, RESOURCES, SUBNET, VPC, resource

SWAPPED = {Kind.COME: Kind.GO, Kind.GO: Kind.COME}


@given(RESOURCES)
def test_nothing_differs_from_itself(resources: list[Captured]) -> None:
    assert compare_resources(resources, resources) == []


@given(RESOURCES, RESOURCES, st.integers())
def test_the_order_of_resources_does_not_matter(before: list[Captured], after: list[Captured], seed: int) -> None:
    mixed = random.Random(seed)  # noqa: S311 - an order, no secret
    shuffled = [mixed.sample(side, len(side)) for side in (before, after)]
    assert compare_resources(*shuffled) == compare_resources(before, after)


@given(RESOURCES, RESOURCES)
def test_the_other_way_round_what_comes_goes(before: list[Captured], after: list[Captured]) -> None:
    there, back = compare_resources(before, after), compare_resources(after, before)
    assert {(SWAPPED.get(each.kind, each.kind), each.resource.urn) for each in there} == {
        (each.kind, each.resource.urn) for each in back
    }


def test_a_property_that_no_call_changes_replaces() -> None:
    before = [resource("queue", inputs={"fifoQueue": False, "delaySeconds": 1})]
    [change] = compare_resources(before, [resource("queue", inputs={"fifoQueue": True, "delaySeconds": 2})])
    assert (change.kind, change.because) == (Kind.REPLACE, ["fifoQueue"])
    [change] = compare_resources(before, [resource("queue", inputs={"fifoQueue": False, "delaySeconds": 2})])
    assert (change.kind, change.because) == (Kind.CHANGE, [])


def test_what_holds_the_id_of_a_replaced_resource_is_replaced_along_with_it() -> None:
    def network(cidr: str) -> list[Captured]:
        return [
            resource("net", VPC, inputs={"cidrBlock": cidr}),
            resource("private", SUBNET, inputs={"vpcId": "<id of net in dev>"}),
            resource("queue", inputs={"policy": "from <id of private in dev>"}),
        ]

    found = {each.resource.name: each for each in compare_resources(network("10.0.0.0/16"), network("10.1.0.0/16"))}
    assert {name: each.kind for name, each in found.items()} == {
        "net": Kind.REPLACE,
        "private": Kind.REPLACE,
        "queue": Kind.CHANGE,
    }
    assert found["private"].because == ["vpcId"]
    assert found["queue"].along_with == ["<id of private in dev>"]


def test_another_account_or_region_is_a_replacement() -> None:
    [change] = compare_resources([resource("queue")], [resource("queue", region="eu-west-1")])
    assert (change.kind, change.because) == (Kind.REPLACE, ["region"])


def test_pulumi_refuses_to_delete_what_is_protected() -> None:
    protected = resource("queue", options={"protect": True})
    assert [change.refused for change in compare_resources([protected], [])] == [True]
    assert [change.refused for change in compare_resources([resource("queue")], [])] == [False]


def test_lost_protection_is_a_change() -> None:
    [change] = compare_resources([resource("queue", options={"protect": True})], [resource("queue")])
    assert [(each.path, each.before, each.after) for each in change.differences] == [("options.protect", True, False)]


def test_a_resource_that_says_what_it_was_called_stays() -> None:
    old = resource("old")
    assert compare_resources([old], [resource("new", options={"aliases": [old.urn]})]) == []


def test_replace_on_changes_replaces() -> None:
    before = resource("queue", QUEUE, inputs={"delaySeconds": 1})
    after = resource("queue", QUEUE, inputs={"delaySeconds": 2}, options={"replaceOnChanges": ["delaySeconds"]})
    assert [change.kind for change in compare_resources([before], [after])] == [Kind.REPLACE]


# EC2's ModifySecurityGroupRules changes these in place; CloudFormation does not call it.
IN_PLACE = {
    (f"aws:vpc/securityGroup{way}Rule:SecurityGroup{way}Rule", name)
    for way in ("Ingress", "Egress")
    for name in ("fromPort", "toPort", "ipProtocol", "cidrIpv4", "description")
}


def test_what_cloudformation_replaces_for_is_a_replacement_here() -> None:
    missed = set()
    for type_, cloudformation in TYPES.items():
        replacing = {normal(name) for name in create_only(cloudformation)}
        for name in resource_types()[type_].sample.inputs if type_ in resource_types() else ():
            if normal(name) in replacing and step(type_, {}, [name]) == "update":
                missed.add((type_, name))
    assert missed <= IN_PLACE
