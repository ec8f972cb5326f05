"""Check that a channel of a chat is one stack's of an account."""

from __future__ import annotations

from collections.abc import Iterator

from settings.load import StackFile
from settings.problems import SettingsProblem
from settings.stack_files import StackFiles, problem_at, text_at
from settings.values import StackKind

_CHANNEL = ("alerts", "slack", "channel")
_HEARING = (StackKind.FOUNDATION, StackKind.WORKLOAD, StackKind.DATA_SCIENCE)


def channels_are_one_stacks(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """An account has one configuration of a channel, and each stack makes its own.

    Source: Amazon Q Developer in chat applications, CreateSlackChannelConfiguration: "Slack channel with ID … in Slack
    team … has already been configured for AWS account …" (InvalidRequestException).
    """
    seen: dict[tuple[str, ...], StackFile] = {}
    for file in stack_files.of_kind(*_HEARING):
        places = (("account",), ("alerts", "slack", "workspace"), _CHANNEL)
        where = tuple(found for path in places if (found := text_at(file, *path)))
        if len(where) < len(places):
            continue
        first = seen.setdefault(where, file)
        if first is not file:
            message = f"is told by {first.name} too, and an account tells a channel once: give each stack of the "
            message += "account a channel of its own, or drop alerts.slack here"
            yield problem_at(file, _CHANNEL, message, where[-1])
