"""Removal of a project's StackSets when the project goes."""

from __future__ import annotations

import pytest

from functions.cleaner.stack_sets import remove
from functions.cleaner.waiting import LONGEST_PAUSE, NotRemoved
from tests.functions.cleaner.faults import Client, Clock, refused
from tests.functions.cleaner.stack_sets import StackSets

SUSPENDED = "Account 222222222222 should have 'mlops-staging-screening-stackset-execution' role with trust relationship"


def test_a_set_goes_with_all_its_instances_at_once() -> None:
    sets = StackSets({"staging": [("2", "eu"), ("4", "eu")]}, looks=2)
    clock = Clock()
    assert remove(sets.client, "staging", clock.waiting()) == [
        "staging: deleted in 2 (eu)",
        "staging: deleted in 4 (eu)",
        "staging",
    ]
    assert sets.sets == {}
    assert sets.client.called("delete_stack_instances")[0]["Accounts"] == ["2", "4"]
    assert clock.naps == [1.0, 2.0]


def test_a_set_that_is_not_there_is_fine() -> None:
    assert remove(StackSets({}).client, "staging", Clock().waiting()) == []


def test_an_account_that_is_suspended_is_named_with_the_reason_and_the_way_out() -> None:
    sets = StackSets({"staging": [("222222222222", "eu"), ("4", "eu")]}, stuck={"222222222222": SUSPENDED})
    with pytest.raises(NotRemoved) as refusal:
        remove(sets.client, "staging", Clock().waiting())
    assert SUSPENDED in str(refusal.value)
    assert "removal.retainStacksIn" in str(refusal.value)
    assert "222222222222" in str(refusal.value)
    assert sets.sets == {"staging": [("222222222222", "eu")]}


def test_stacks_in_accounts_that_nobody_can_enter_are_retained_when_told() -> None:
    sets = StackSets({"staging": [("222222222222", "eu"), ("4", "eu")]}, stuck={"222222222222": SUSPENDED})
    remove(sets.client, "staging", Clock().waiting(), retained=["222222222222"])
    deletions = [(call["Accounts"], call["RetainStacks"]) for call in sets.client.called("delete_stack_instances")]
    assert deletions == [(["222222222222"], True), (["4"], False)]
    assert sets.sets == {}


def test_an_operation_under_way_is_waited_for() -> None:
    sets = StackSets({"staging": [("2", "eu")]}, busy=3)
    clock = Clock()
    remove(sets.client, "staging", clock.waiting())
    assert sets.sets == {}
    assert clock.naps == [1.0, 2.0, 4.0]


def test_an_operation_that_outlasts_the_run_is_named_with_the_way_out() -> None:
    sets = StackSets({"staging": [("2", "eu")]}, busy=10_000)
    clock = Clock()
    with pytest.raises(
        NotRemoved, match=r"operation op-0 \(UPDATE\) still runs.*stop-stack-set-operation.*destroy` again"
    ):
        remove(sets.client, "staging", clock.waiting(300))
    assert 300 - LONGEST_PAUSE <= clock.now < 300


def test_a_deletion_that_outlasts_the_run_goes_on_at_the_next() -> None:
    sets = StackSets({"staging": [("2", "eu")]}, looks=10_000)
    with pytest.raises(NotRemoved, match=r"op-1 still deletes 1 instances; run `pulumi destroy` again"):
        remove(sets.client, "staging", Clock().waiting(300))
    sets.looks = 0
    remove(sets.client, "staging", Clock().waiting(300))
    assert sets.sets == {}


def test_any_other_refusal_is_told_as_aws_tells_it() -> None:
    def denied(**_: str) -> None:
        raise refused("AccessDenied", "not authorized to perform cloudformation:DescribeStackSet")

    with pytest.raises(Exception, match="not authorized"):
        remove(Client(describe_stack_set=denied), "staging", Clock().waiting())
