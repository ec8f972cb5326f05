"""The function that takes a project's endpoints away with the project."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from functions.release_cleaner import handler
from functions.release_cleaner.cleaner import NotRemoved, remove


class NotFound(Exception):
    pass


class FakeCloudFormation:
    """StackSets with instances; an operation takes `polls` looks, and `stuck` instances are never deleted."""

    class exceptions:  # noqa: N801 - boto3's own name
        StackSetNotFoundException = NotFound

    def __init__(
        self, sets: dict[str, list[tuple[str, str]]], *, polls: int = 0, stuck: set[str] | None = None
    ) -> None:
        self.sets, self.polls, self.stuck = sets, polls, stuck or set()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.looks = 0

    def describe_stack_set(self, **given: Any) -> dict[str, Any]:
        if given["StackSetName"] not in self.sets:
            raise NotFound
        return {}

    def get_paginator(self, operation: str) -> FakeCloudFormation:
        assert operation == "list_stack_instances"
        return self

    def paginate(self, **given: Any) -> list[dict[str, Any]]:
        return [{"Summaries": [{"Account": a, "Region": r}]} for a, r in self.sets[given["StackSetName"]]]

    def delete_stack_instances(self, **given: Any) -> dict[str, str]:
        self.calls.append(("delete_stack_instances", given))
        self.looks = 0
        return {"OperationId": "op-1"}

    def describe_stack_set_operation(self, **given: Any) -> dict[str, Any]:
        self.looks += 1
        if self.looks <= self.polls:
            return {"StackSetOperation": {"Status": "RUNNING"}}
        name = given["StackSetName"]
        self.sets[name] = [pair for pair in self.sets[name] if pair[0] in self.stuck]
        return {"StackSetOperation": {"Status": "FAILED" if self.stuck else "SUCCEEDED"}}

    def delete_stack_set(self, **given: Any) -> None:
        assert not self.sets[given["StackSetName"]], "AWS refuses to delete a set that has instances"
        del self.sets[given["StackSetName"]]


def slept() -> tuple[list[float], Any]:
    naps: list[float] = []
    return naps, naps.append


def test_sets_go_with_all_their_instances_in_the_order_given() -> None:
    client = FakeCloudFormation({"production": [("3", "eu")], "staging": [("2", "eu"), ("4", "eu")]}, polls=2)
    naps, sleep = slept()
    assert remove(client, ["production", "staging"], 900, clock=lambda: 0, sleep=sleep) == ["production", "staging"]
    assert client.sets == {}
    assert client.calls[1][1]["Accounts"] == ["2", "4"]
    assert len(naps) == 4


def test_what_is_gone_already_is_passed_over() -> None:
    assert remove(FakeCloudFormation({"staging": []}), ["production", "staging"], 900) == ["staging"]


def test_an_instance_that_stays_is_named_and_its_set_is_kept() -> None:
    client = FakeCloudFormation({"staging": [("2", "eu"), ("4", "eu")]}, stuck={"4"})
    with pytest.raises(NotRemoved, match=r"ended FAILED, instances are left in 4 \(eu\)"):
        remove(client, ["staging"], 900)
    assert client.sets == {"staging": [("4", "eu")]}


def test_time_that_runs_out_says_that_destroy_can_be_run_again() -> None:
    client = FakeCloudFormation({"staging": [("2", "eu")]}, polls=100)
    ticks = iter(range(0, 10_000, 100))
    with pytest.raises(NotRemoved, match="run destroy again"):
        remove(client, ["staging"], 300, clock=lambda: float(next(ticks)), sleep=lambda _: None)


@pytest.mark.parametrize("action", ["create", "update"])
def test_nothing_is_removed_while_the_project_lives(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "client", lambda *_: pytest.fail("no call may be made"))
    answer = handler.handle({"stackSets": ["production"], "tf": {"action": action}}, object())
    assert answer == {"action": action, "removed": []}


def test_the_handler_removes_when_the_project_is_destroyed(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeCloudFormation({"production": []})
    monkeypatch.setattr(boto3, "client", lambda *_: client)

    class Context:
        @staticmethod
        def get_remaining_time_in_millis() -> int:
            return 900_000

    answer = handler.handle({"stackSets": ["production"], "tf": {"action": "delete"}}, Context())
    assert answer == {"action": "delete", "removed": ["production"]}
