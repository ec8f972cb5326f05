"""Each row of the table: made, found, sent once, and taken away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from rehearsal.engine.table import INVOCATION, rows

from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine, Stack
from rehearsal.engine.provider import Provider
from tests.rehearsal.engine.every_type import every_type
from tests.rehearsal.engine.programs import ACCOUNT, REGION, STRICT

# A key always has a policy: nothing is deleted, the default one is put back.
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"


@dataclass(frozen=True)
class Life:
    """What was seen of a stack of every type: its resources, what was missing while it stood, what was left after."""

    stack: Stack
    missing: dict[str, str]
    second_writes: list[str]
    left: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def life() -> Iterator[Life]:
    """One stack of every type, brought up twice and taken away."""
    with Cloud(REGION) as cloud:
        cloud.client(cloud.deployer(ACCOUNT), "organizations").create_organization(FeatureSet="ALL")
        engine = Engine(cloud)
        stack = engine.up("dev", every_type, STRICT)
        resources = dict(stack.resources)
        missing = {lost.urn: lost.reason for lost in engine.refresh("dev")}
        with cloud.recorder.during("again") as start:
            engine.up("dev", every_type, STRICT)
        writes = [f"{line.service}:{line.operation}" for line in cloud.recorder.since(start) if line.writes]
        engine.destroy("dev")
        provider = Provider(engine._provider.caller)
        read = {urn: provider.read(one) for urn, one in resources.items() if one.managed}
        left = {urn: seen for urn, seen in read.items() if seen is not None}
        yield Life(Stack("dev", resources), missing, writes, left)


@pytest.mark.parametrize("type_", [*rows(), INVOCATION])
def test_each_type_is_made_found_as_it_was_asked_for_and_taken_away(life: Life, type_: str) -> None:
    made = [resource for resource in life.stack.resources.values() if resource.type == type_]
    assert made, f"the program declares no {type_}"
    for resource in made:
        assert resource.id
        assert resource.urn not in life.missing
        # A VPC's default group is adopted, never deleted; it goes with the VPC.
        assert resource.urn not in life.left or type_ == KEY_POLICY


def test_a_key_that_was_brought_is_left_with_the_default_policy(life: Life) -> None:
    (left,) = life.left.values()
    assert json.loads(left["policy"])["Id"] == "key-default-1"


def test_a_second_run_sends_nothing_that_writes(life: Life) -> None:
    assert life.second_writes == []


def test_default_tags_reach_what_takes_tags_and_a_resource_keeps_its_own(life: Life) -> None:
    subnet = next(one for one in life.stack.resources.values() if one.type == "aws:ec2/subnet:Subnet")
    assert subnet.outputs["tagsAll"] == {"owner": "tests", "Name": "private"}
    assert subnet.outputs["tags"] == {"Name": "private"}


def test_outputs_have_the_provider_s_forms(life: Life) -> None:
    by_type = {one.type: one for one in life.stack.resources.values()}
    key, role = by_type["aws:kms/key:Key"], by_type["aws:iam/role:Role"]
    assert key.outputs["arn"] == f"arn:aws:kms:eu-west-1:111111111111:key/{key.id}"
    assert role.outputs["arn"] == "arn:aws:iam::111111111111:role/mlops/worker"
    assert role.outputs["uniqueId"].startswith("AROA")
    assert by_type["aws:ecr/repository:Repository"].outputs["repositoryUrl"] == (
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/mlops/screening"
    )
    assert by_type["aws:sqs/queue:Queue"].outputs["arn"] == "arn:aws:sqs:eu-west-1:111111111111:dead-letters"
