"""Tags of a key that was just made do not count yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from policies.access.graph import graph_of
from policies.pack.captured import CapturedStack, read
from policies.pack.model import StackResource
from rehearsal.authorization.decision import decide_all
from rehearsal.authorization.resource_facts import ResourceFacts, facts_from
from rehearsal.aws.recorder import Recorded
from rehearsal.service_model.required_action import ApiRequest, Right
from rehearsal.services import rights_of

pytestmark = pytest.mark.slow
DEV, REGION = "111111111111", "eu-west-1"
BY_NOW = '"StringEqualsIfExists": {"aws:ResourceTag/platform"'
AT_ONCE = '"StringEquals": {"aws:ResourceTag/platform"'


def planted(stacks: list[CapturedStack], before: str, after: str) -> ResourceFacts:
    """The platform with a text of its policies replaced."""

    def changed(resource: StackResource) -> StackResource:
        policy = resource.props.get("policy")
        if not isinstance(policy, str):
            return resource
        return replace(resource, props={**resource.props, "policy": policy.replace(before, after)})

    made = [replace(stack, with_outputs=tuple(map(changed, stack.with_outputs))) for stack in stacks]
    return facts_from(graph_of(made), made)


class NewKey:
    """What the provider asks about the Studio key."""

    def __init__(self, facts: ResourceFacts) -> None:
        self.deployer = f"arn:aws:iam::{DEV}:role/mlops/foundation/mlops-deployer"
        self.key = facts.graph.named("key", "/dev/studio").arn

    def made(self, phase: str) -> Recorded:
        return self._line("CreateKey", phase, Tags=[{"TagKey": "platform", "TagValue": "mlops"}])

    def asked(self, phase: str) -> Iterator[Recorded]:
        for operation in ("EnableKeyRotation", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus"):
            yield self._line(operation, phase, KeyId=self.key)
        yield self._line("CreateAlias", phase, AliasName="alias/mlops/dev/studio", TargetKeyId=self.key)

    def given_to_studio(self, phase: str) -> Recorded:
        context = {"kms:ViaService": f"sagemaker.{REGION}.amazonaws.com", "kms:GrantIsForAWSResource": "true"}
        right = Right(action="kms:CreateGrant", resource=self.key, context=context)
        return replace(self._line("CreateGrant", phase, KeyId=self.key), rights=(right,))

    def _line(self, operation: str, phase: str, **given: object) -> Recorded:
        request = ApiRequest(service="kms", operation=operation, account=DEV, region=REGION, parameters=given)
        rights = rights_of(request)
        return Recorded(1, 0.0, phase, self.deployer, "pulumi", DEV, None, "kms", operation, "*", 200, REGION, rights)


@pytest.fixture(scope="module")
def stacks(resources: Path) -> list[CapturedStack]:
    return read(resources)


def refused(facts: ResourceFacts, *lines: Recorded) -> set[str]:
    return {decision.question.action for decision in decide_all(lines, facts).refused}


@pytest.mark.aws_behavior("late_key_tags")
def test_a_right_that_hangs_on_a_new_keys_tag_is_refused_while_the_stack_comes_up(stacks: list[CapturedStack]) -> None:
    hanging = planted(stacks, BY_NOW, AT_ONCE)
    key = NewKey(hanging)
    denied = {f"kms:{line.operation}" for line in key.asked("up dev")}
    assert refused(hanging, key.made("up dev"), *key.asked("up dev")) == denied
    assert refused(hanging, key.made("up dev"), *key.asked("up dev"), *key.asked("refresh dev")) == denied
    assert refused(hanging, *key.asked("refresh dev")) == set()


@pytest.mark.aws_behavior("late_key_tags")
def test_a_key_policy_names_whoever_hands_a_new_key_to_a_service(stacks: list[CapturedStack]) -> None:
    root, deployer = f'"arn:aws:iam::{DEV}:root"', f'"arn:aws:iam::{DEV}:role/mlops/foundation/mlops-deployer"'
    unnamed = planted(stacks, f"{deployer}, {root}", root)
    key = NewKey(unnamed)
    assert refused(unnamed, key.made("up dev"), key.given_to_studio("up dev")) == {"kms:CreateGrant"}
    assert refused(unnamed, key.given_to_studio("refresh dev")) == set()


def test_a_new_key_is_made_ready_and_handed_over_before_its_tags_count(stacks: list[CapturedStack]) -> None:
    facts = facts_from(graph_of(stacks), stacks)
    key = NewKey(facts)
    assert refused(facts, key.made("up dev"), *key.asked("up dev"), key.given_to_studio("up dev")) == set()


def test_the_tags_of_a_key_that_was_there_before_count_at_once(stacks: list[CapturedStack]) -> None:
    hanging = planted(stacks, BY_NOW, AT_ONCE)
    key = NewKey(hanging)
    known = replace(hanging, existing=frozenset({key.key}))
    assert refused(known, key.made("up dev"), *key.asked("up dev")) == set()
