"""CI's preview of every stack: its role sees what the program looks up, and is refused every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rehearsal.authorization.decided_at_once import decided_at_once
from rehearsal.engine.calls import PreviewerClients, Refused
from rehearsal.engine.provider import Provider
from rehearsal.engine.state import Resource, StackFailed
from rehearsal.plan import plan
from rehearsal.services import invocations
from tests.stacks.conftest import Platform, example_platform
from tests.stacks.previews import PREVIEWER, asked, preview

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The example platform, up; whatever its previewers ask is decided when they ask it."""
    directory: Path = tmp_path_factory.mktemp("previewed")
    for platform in example_platform(directory):
        platform.up()
        with decided_at_once(platform.world.cloud, PREVIEWER):
            yield platform


def test_every_stack_is_previewed_with_lookups_alone(up: Platform) -> None:
    since = len(up.recorder.requests)
    steps = {each.stack: preview(up, each) for each in plan(up.directory)}
    assert {event for each in steps.values() for event in each.values()} == {"same", "read"}
    lines = asked(up, since)
    assert {line.role.rpartition("/")[2] for line in lines} == {PREVIEWER}
    assert {line.operation for line in lines} == {"DescribeAvailabilityZones", "DescribeVpcEndpointServices"}
    assert {line.status for line in lines} == {200}


def test_a_change_is_refused_to_the_previewer_and_made_by_nobody(up: Platform) -> None:
    staging = next(each for each in plan(up.directory) if each.stack == "staging")
    since = len(up.recorder.requests)
    with pytest.raises(StackFailed, match=rf"{PREVIEWER}.*is not authorized to perform: "):
        preview(up, staging, **{"mlops-platform:tags": '{"owner":"somebody","costCentre":"1"}'})
    assert {line.status for line in asked(up, since) if line.writes} == {403}


def test_nothing_that_stacks_make_is_made_or_removed_by_the_previewer(up: Platform) -> None:
    provider = Provider(PreviewerClients(up.world.cloud))
    since = len(up.recorder.requests)
    made = {each.urn: code for each in managed(up) if (code := refusal(provider.create, each)) not in DENIED}
    kept = [each.type for each in managed(up) if refusal(provider.delete, each) not in DENIED]
    assert made == {}
    # The provider lets a VPC's default group go without asking for anything.
    assert set(kept) == {"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"}
    tried = [line for line in asked(up, since) if line.writes]
    assert len(tried) > 1000
    assert {line.status for line in tried} == {403}


def refusal(act: Callable[[Resource], None], resource: Resource) -> str:
    """The code with which AWS refuses something about a resource; nothing where it does not."""
    try:
        act(replace(resource, inputs=dict(resource.inputs), outputs=dict(resource.outputs)))
    except Refused as refused:
        return refused.code
    return ""


def managed(platform: Platform) -> Iterator[Resource]:
    """What stacks have in AWS, but for functions that are only called."""
    for stack in platform.world.engine.stacks.values():
        for resource in list(stack.resources.values()):
            if resource.managed and not resource.options.get("external") and resource.type not in invocations():
                yield resource
