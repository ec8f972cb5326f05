"""Removal of a StackSet with all its instances. It can be repeated: what is gone already is passed over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from botocore.exceptions import ClientError

from functions.cleaner.waiting import NotRemoved, Waiting

# Statuses of an operation that keeps others out (CloudFormation API Reference, "StackSetOperation").
RUNNING = ("RUNNING", "QUEUED", "STOPPING")
_BUSY = ("OperationInProgressException", "StaleRequestException")
_NOT_THERE = ("StackSetNotFoundException",)
AGAIN = "run `pulumi destroy` again: what is removed stays removed, and it goes on from there"
Instance = tuple[str, str]


def remove(client: Any, name: str, waiting: Waiting, retained: Collection[str] = ()) -> list[str]:
    """Remove a set, and say what was removed; nothing where there is no such set.

    `client` is a CloudFormation client. Stacks in the accounts `retained` stay there, without their set: nobody can
    enter an account that is suspended. Raises NotRemoved where an operation does not end in time, or an instance
    cannot be deleted.
    """
    removed: list[str] = []
    try:
        client.describe_stack_set(StackSetName=name)
        for retain in (True, False):
            instances = [each for each in _instances(client, name) if (each[0] in retained) is retain]
            if instances:
                _remove_instances(client, name, instances, waiting, retain)
                removed += [f"{name}: {'retained' if retain else 'deleted'} in {each}" for each in _named(instances)]
        _unless_busy(client, name, waiting, lambda: client.delete_stack_set(StackSetName=name))
    except ClientError as error:
        # From the first call on, or since another run of the step removed it.
        if error.response["Error"]["Code"] not in _NOT_THERE:
            raise
        return removed
    return [*removed, name]


def _remove_instances(client: Any, name: str, instances: list[Instance], waiting: Waiting, retain: bool) -> None:
    operation = _unless_busy(
        client,
        name,
        waiting,
        lambda: client.delete_stack_instances(
            StackSetName=name,
            Accounts=sorted({account for account, _ in instances}),
            Regions=sorted({region for _, region in instances}),
            RetainStacks=retain,
            # All at once, and every failure seen: nothing serves any longer.
            OperationPreferences={"FailureTolerancePercentage": 100, "MaxConcurrentPercentage": 100},
        ),
    )["OperationId"]
    status = "RUNNING"
    for _ in waiting.looks():
        answer = client.describe_stack_set_operation(StackSetName=name, OperationId=operation)
        status = answer["StackSetOperation"]["Status"]
        if status not in RUNNING:
            break
        print(f"{name}: operation {operation} is {status}, {len(_instances(client, name))} instances are left")
    else:
        count = len(_instances(client, name))
        raise NotRemoved(f"{name}: operation {operation} still deletes {count} instances; {AGAIN}")
    left = [each for each in _instances(client, name) if each in instances]
    if left:
        raise NotRemoved(_why_left(client, name, operation, status, left))


def _why_left(client: Any, name: str, operation: str, status: str, left: list[Instance]) -> str:
    pages = client.get_paginator("list_stack_set_operation_results").paginate(StackSetName=name, OperationId=operation)
    results = {(each["Account"], each["Region"]): each for page in pages for each in page["Summaries"]}

    def reason(instance: Instance) -> str:
        found = results.get(instance, {})
        return f"{found.get('Status', 'no result')}: {found.get('StatusReason', 'CloudFormation gives no reason')}"

    reasons = "; ".join(f"{account} ({region}) {reason((account, region))}" for account, region in left)
    accounts = ", ".join(sorted({account for account, _ in left}))
    return (
        f"{name}: operation {operation} ended {status}, and instances are left. {reasons}. If an account is suspended "
        f"or closed, name it under removal.retainStacksIn of the project's stack ({accounts}), bring the project up "
        "and destroy it again: its stack then stays there until AWS closes the account. Otherwise mend what the reason "
        "says, and destroy again"
    )


def _unless_busy(client: Any, name: str, waiting: Waiting, ask: Callable[[], Any]) -> Any:
    """Ask as soon as no other operation runs on the set. Raises NotRemoved when the time is over."""
    for _ in waiting.looks():
        try:
            return ask()
        except ClientError as error:
            if error.response["Error"]["Code"] not in _BUSY:
                raise
        print(f"{name}: waiting for {_running(client, name)}")
    raise NotRemoved(
        f"{name}: {_running(client, name)} still runs on the set, and a set takes one operation at a time. Wait for "
        f"its end, or stop it with `aws cloudformation stop-stack-set-operation`; then {AGAIN}"
    )


def _running(client: Any, name: str) -> str:
    pages = client.get_paginator("list_stack_set_operations").paginate(StackSetName=name)
    running = [each for page in pages for each in page["Summaries"] if each["Status"] in RUNNING]
    return ", ".join(f"operation {each['OperationId']} ({each['Action']})" for each in running) or "another operation"


def _instances(client: Any, name: str) -> list[Instance]:
    pages = client.get_paginator("list_stack_instances").paginate(StackSetName=name)
    return [(item["Account"], item["Region"]) for page in pages for item in page["Summaries"]]


def _named(instances: Iterable[Instance]) -> list[str]:
    return [f"{account} ({region})" for account, region in instances]
