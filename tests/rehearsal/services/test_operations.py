"""Every call that the engine can make has its required actions, in names that AWS knows; modules find themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest

import rehearsal.services
from rehearsal.service_model.resource_type import ApiCall, ResourceType
from rehearsal.service_model.service import AwsService
from rehearsal.services import module_path, resource_types, services


def operations(resource_type: ResourceType) -> Iterator[str]:
    """All operations of a type."""
    calls: list[ApiCall] = [
        resource_type.create,
        resource_type.read,
        *resource_type.delete,
        *resource_type.after_create,
        *resource_type.update,
        *resource_type.more_reads,
    ]
    for call in calls:
        yield call.operation
        if call.unset:
            yield call.unset.operation


@pytest.mark.parametrize("type_", sorted(resource_types()))
def test_each_call_about_a_resource_has_its_required_actions(type_: str) -> None:
    resource_type = resource_types()[type_]
    assert sorted(set(operations(resource_type)) - set(services()[resource_type.service].operations)) == []


@pytest.mark.parametrize("service", sorted(services()))
def test_a_service_names_operations_of_botocore_s_model(service: str) -> None:
    model = botocore.session.get_session().get_service_model(service)
    named = {*services()[service].operations, *services()[service].emulated}
    assert sorted(named - set(model.operation_names)) == []


def test_every_module_of_the_folder_is_found() -> None:
    folder = Path(rehearsal.services.__file__).parent
    modules = {path.stem for path in folder.iterdir() if path.stem[:2] != "__"}
    assert len(services()) == len(modules)


def test_a_service_s_module_is_named_where_it_is_or_would_be() -> None:
    assert module_path("resource-groups") == "rehearsal/services/resource_groups.py"
    assert module_path("ec2") == "rehearsal/services/ec2/"
    assert module_path("athena") == "rehearsal/services/athena.py"


def test_a_part_of_a_package_is_added_to_its_service_and_says_nothing_twice() -> None:
    service = AwsService(name="sns", operations={"Publish": ()})
    both = service.with_part(AwsService(name="sns", operations={"Subscribe": ()}))
    assert set(both.operations) == {"Publish", "Subscribe"}
    with pytest.raises(ValueError, match="says again: \\['Publish'\\]"):
        both.with_part(AwsService(name="sns", operations={"Publish": ()}))
    with pytest.raises(ValueError, match="a part of sns is called 'sqs'"):
        both.with_part(AwsService(name="sqs", operations={}))
