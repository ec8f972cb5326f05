"""CI's preview of every stack: its role sees what the program looks up, and is refused every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rehearsal.authorization.decided_at_once import decided_at_once
from rehearsal.aws.cloud import NotTrusted
from rehearsal.aws.recorder import Recorded
from rehearsal.engine.calls import PreviewerClients, Refused
from rehearsal.engine.provider import Provider
from rehearsal.engine.state import Resource, StackFailed
from rehearsal.environment import program
from rehearsal.plan import PlannedStack, plan
from rehearsal.services import invocations
from tests.stacks.conftest import Platform, example_platform

PREVIEWER = "mlops-previewer"
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The example platform, up; whatever its previewers ask is decided when they ask it."""
    directory: Path = tmp_path_factory.mktemp("previewed")
    for platform in example_platform(directory):
        platform.up()
        with decided_at_once(platform.world.cloud, PREVIEWER):
            yield platform


def preview(platform: Platform, planned: PlannedStack, **changes: str) -> dict[str, str]:
    """Each resource's step by URN, as the account's previewer would see it."""
    steps: dict[str, str] = {}

    def note(event: str, resource: Resource) -> None:
        steps[resource.urn] = event

    config: Mapping[str, str] = {**planned.config, **changes}
    platform.world.engine.up(planned.stack, program, config, note, as_previewer=True)
    return steps


def asked(platform: Platform, since: int) -> list[Recorded]:
    """What was asked since a request, but for signing in."""
    return [line for line in platform.recorder.requests[since:] if line.operation != "AssumeRole"]


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


def test_an_account_whose_foundation_names_nobody_has_no_previewer(platform: Platform) -> None:
    settings: dict[str, Any] = platform.settings("foundation-staging")
    del settings["previewer"]
    platform.write("foundation-staging", settings)
    platform.up("foundation-staging")
    with pytest.raises(NotTrusted, match="has no previewer: name who may preview"):
        platform.world.cloud.previewer("222222222222")


def test_whoever_previews_gives_the_external_id_that_the_settings_ask_for(platform: Platform) -> None:
    settings = platform.settings("foundation-staging")
    previewer = {"trustedBy": ["arn:aws:iam::222222222222:role/ci-preview"], "externalId": "agreed"}
    platform.write("foundation-staging", settings | {"previewer": previewer})
    platform.up("foundation-staging")
    role = platform.resources("foundation-staging", "aws:iam/role:Role")["previewer-role"]
    assert '"sts:ExternalId":"agreed"' in role.inputs["assumeRolePolicy"]
    assert platform.world.cloud.previewer("222222222222").role_arn == role.outputs["arn"]
