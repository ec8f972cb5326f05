"""The sample of each resource type: created, found as it was asked for, changed in place, and deleted."""

from __future__ import annotations

import pytest

from rehearsal.lifecycle.check import Lifecycle, check
from rehearsal.lifecycle.samples import UnknownSample, in_order, samples
from rehearsal.service_model.sample import Sample
from rehearsal.services import invocations, name_property, resource_types, services

TYPES = sorted([*resource_types(), *invocations()])


@pytest.fixture(scope="module")
def lifecycle() -> Lifecycle:
    """The life of one of every type."""
    return check()


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_is_created_found_as_it_was_asked_for_changed_and_deleted(lifecycle: Lifecycle, type_: str) -> None:
    assert [failure for failure in lifecycle.failures if failure.type == type_] == []
    assert type_ in lifecycle.created & lifecycle.read & lifecycle.deleted
    assert lifecycle.resources[type_].id
    assert (type_ in lifecycle.updated) == bool(samples()[type_].update)


@pytest.mark.parametrize("type_", sorted(token for token, each in resource_types().items() if each.update))
def test_the_sample_of_a_type_that_can_be_updated_has_an_update_or_says_why_not(type_: str) -> None:
    sample = samples()[type_]
    assert bool(sample.update) != bool(sample.no_update)


def test_nothing_else_fails_and_every_operation_has_its_required_actions(lifecycle: Lifecycle) -> None:
    assert lifecycle.failures == []


def test_there_is_a_line_for_each_service_with_types(lifecycle: Lifecycle) -> None:
    with_types = sorted(service.name for service in services().values() if service.resource_types)
    assert [line.split()[0] for line in lifecycle.lines()] == with_types


def test_what_is_left_after_its_deletion_says_why(lifecycle: Lifecycle) -> None:
    del lifecycle
    assert [each.type for each in resource_types().values() if each.stays] == ["aws:kms/keyPolicy:KeyPolicy"]


def test_default_tags_reach_what_takes_tags_and_a_resource_keeps_its_own(lifecycle: Lifecycle) -> None:
    subnet = lifecycle.resources["aws:ec2/subnet:Subnet"]
    assert subnet.outputs["tagsAll"] == {"owner": "samples", "Name": "private"}
    assert subnet.outputs["tags"] == {"Name": "private"}


def test_outputs_have_the_provider_s_forms(lifecycle: Lifecycle) -> None:
    made = lifecycle.resources
    key, role = made["aws:kms/key:Key"], made["aws:iam/role:Role"]
    assert key.outputs["arn"] == f"arn:aws:kms:eu-west-1:111111111111:key/{key.id}"
    assert role.outputs["arn"] == "arn:aws:iam::111111111111:role/sample/sample-role"
    assert role.outputs["uniqueId"].startswith("AROA")
    assert made["aws:ecr/repository:Repository"].outputs["repositoryUrl"] == (
        "111111111111.dkr.ecr.eu-west-1.amazonaws.com/sample/repository"
    )
    assert made["aws:sqs/queue:Queue"].outputs["arn"] == "arn:aws:sqs:eu-west-1:111111111111:sample-queue"


def test_samples_come_after_what_they_refer_to() -> None:
    order = in_order(["aws:sns/topicSubscription:TopicSubscription"])
    assert order.index("aws:kms/key:Key") < order.index("aws:sns/topic:Topic") < len(order) - 1


def test_a_sample_that_refers_to_a_type_that_no_module_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Sample({"topic": "${aws:athena/workgroup:Workgroup.arn}"})
    every = samples() | {"aws:sns/topicSubscription:TopicSubscription": lost}
    monkeypatch.setattr("rehearsal.lifecycle.samples.samples", lambda: every)
    with pytest.raises(UnknownSample, match=r"TopicSubscription refers to aws:athena/workgroup:Workgroup"):
        in_order(["aws:sns/topicSubscription:TopicSubscription"])


def test_a_type_is_named_as_its_module_says() -> None:
    assert name_property("aws:sns/topic:Topic") == "name"
    assert name_property("aws:lambda/invocation:Invocation") == ""
    assert name_property("aws:athena/workgroup:Workgroup") is None
