"""What calls of the function do, by what happens to the stack."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from functions.cleaner import handler
from functions.cleaner.events import MEMBERS, UnusableEvent
from tests.functions.cleaner.stack_sets import StackSets


class Context:
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 900_000


@pytest.mark.parametrize("action", ["create", "update"])
def test_nothing_is_removed_while_the_stack_lives(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "client", lambda *_, **__: pytest.fail("no call may be made"))
    assert handler.handle({"step": "removeStackSet", "tf": {"action": action}}, Context()) == {
        "action": action,
        "removed": [],
    }


def test_a_step_is_taken_when_the_stack_is_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    sets, made = StackSets({"production": []}), []

    def client(service: str, config: Any) -> Any:
        made.append((service, config.retries))
        return sets.client

    monkeypatch.setattr(boto3, "client", client)
    event = {"step": "removeStackSet", "stackSet": "production", "retainStacksIn": [], "tf": {"action": "delete"}}
    assert handler.handle(event, Context()) == {"action": "delete", "removed": ["production"]}
    # Throttled requests are made again.
    assert made[0][0] == "cloudformation"
    assert made[0][1]["mode"] == "adaptive"


def test_a_step_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "client", lambda *_, **__: None)
    with pytest.raises(UnusableEvent, match=r"step is 'loseEverything'; allowed: stopProject.*Nothing was removed"):
        handler.handle({"step": "loseEverything", "tf": {"action": "delete"}}, Context())


def test_every_step_says_what_it_needs() -> None:
    assert handler._steps().keys() == MEMBERS.keys()


def test_a_step_without_tags_would_take_everything_and_is_refused() -> None:
    event = {"step": "clearNetwork", "vpc": "vpc-1", "tags": {}, "delete": [], "tf": {"action": "delete"}}
    with pytest.raises(UnusableEvent, match=r"clearNetwork: tags is {}, not an object of texts with at least one"):
        handler.handle(event, Context())


def test_what_happens_to_the_stack_must_be_told() -> None:
    with pytest.raises(UnusableEvent, match=r"tf\.action is None; allowed: create, update, delete"):
        handler.handle({"step": "clearNetwork"}, Context())
