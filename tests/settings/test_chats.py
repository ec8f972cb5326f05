"""A channel of a chat that hears of alarms: one stack's of an account, and only where the service is."""

from __future__ import annotations

import pytest

from settings.check import check
from tests.settings.folder import Folder

WORKSPACE, CHANNEL, OTHER = "T07EA123LEP", "C07EZ1ABC23", "G0000000001"


def hears(folder: Folder, stack: str, channel: str, workspace: str = WORKSPACE) -> None:
    line = f"mlops-platform:alerts: {{slack: {{workspace: {workspace}, channel: {channel}}}}}"
    folder.change(stack, "  mlops-platform:kind", f"  {line}\n  mlops-platform:kind")


def problems(folder: Folder) -> list[str]:
    return [str(problem) for problem in check(folder.path)]


@pytest.mark.parametrize("stack", ["foundation", "dev", "prod"])
def test_each_kind_of_stack_with_alarms_may_tell_a_channel(folder: Folder, stack: str) -> None:
    hears(folder, stack, CHANNEL)
    assert problems(folder) == []


def test_accounts_may_tell_one_channel(folder: Folder) -> None:
    for stack in ("dev", "staging", "prod"):
        hears(folder, stack, CHANNEL)
    assert problems(folder) == []


def test_two_stacks_of_an_account_tell_a_channel_each(folder: Folder) -> None:
    hears(folder, "foundation", CHANNEL)
    hears(folder, "dev", CHANNEL)
    [message] = problems(folder)
    assert f"Pulumi.dev.yaml:3  alerts.slack.channel = '{CHANNEL}'" in message
    assert "is told by Pulumi.foundation.yaml too" in message
    assert "a channel of its own, or drop alerts.slack here" in message
    folder.change("dev", CHANNEL, OTHER)
    assert problems(folder) == []


def test_channels_of_one_id_in_two_workspaces_are_two(folder: Folder) -> None:
    hears(folder, "foundation", CHANNEL)
    hears(folder, "dev", CHANNEL, "T0000000001")
    assert problems(folder) == []


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_a_channel_is_told_from_where_the_service_is(folder: Folder, region: str) -> None:
    for stack in ("dev", "staging", "prod", "project-screening", "project-diabetes", "foundation"):
        folder.change(stack, "region: eu-west-1", f"region: {region}")
    hears(folder, "dev", CHANNEL)
    [message] = [each for each in problems(folder) if "alerts" in each]
    assert f"which Amazon Q Developer tells nothing in {region}: drop slack" in message
