"""Removal of StackSets with all their instances. It can be repeated: what is gone already is passed over."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

RUNNING = ("RUNNING", "QUEUED", "STOPPING")
POLL_SECONDS = 10.0


class NotRemoved(RuntimeError):
    """Instances are left; the message names them."""


def remove(
    client: Any,
    stack_sets: Sequence[str],
    seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Remove the sets in the order given and return those that were there.

    `client` is a CloudFormation client. Raises NotRemoved when an instance cannot be deleted or time runs out; what has
    been removed stays removed, so the same call can be made again.
    """
    end = clock() + seconds
    removed = []
    for name in stack_sets:
        if _exists(client, name):
            _remove_instances(client, name, end, clock, sleep)
            client.delete_stack_set(StackSetName=name)
            removed.append(name)
    return removed


def _exists(client: Any, name: str) -> bool:
    try:
        client.describe_stack_set(StackSetName=name)
    except client.exceptions.StackSetNotFoundException:
        return False
    return True


def _remove_instances(
    client: Any, name: str, end: float, clock: Callable[[], float], sleep: Callable[[float], None]
) -> None:
    instances = _instances(client, name)
    if not instances:
        return
    operation = client.delete_stack_instances(
        StackSetName=name,
        Accounts=sorted({account for account, _ in instances}),
        Regions=sorted({region for _, region in instances}),
        RetainStacks=False,
        # All at once, and every failure seen: nothing serves any longer.
        OperationPreferences={"FailureTolerancePercentage": 100, "MaxConcurrentPercentage": 100},
    )["OperationId"]
    status = "RUNNING"
    while status in RUNNING:
        answer = client.describe_stack_set_operation(StackSetName=name, OperationId=operation)
        status = answer["StackSetOperation"]["Status"]
        if status in RUNNING:
            if clock() + POLL_SECONDS > end:
                raise NotRemoved(f"{name}: still deleting {len(_instances(client, name))} instances; run destroy again")
            sleep(POLL_SECONDS)
    left = _instances(client, name)
    if left:
        where = ", ".join(f"{account} ({region})" for account, region in left)
        raise NotRemoved(f"{name}: operation {operation} ended {status}, instances are left in {where}")


def _instances(client: Any, name: str) -> list[tuple[str, str]]:
    pages = client.get_paginator("list_stack_instances").paginate(StackSetName=name)
    return [(item["Account"], item["Region"]) for page in pages for item in page["Summaries"]]
