"""A self-managed StackSet of a probe's own, which brings one stack into the probed account itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assumptions.assumption import ProbedStack
from assumptions.refusals import ended

# Four minutes; an operation on one stack of nothing takes one.
_TRIES = 48
_RUNNING = ("QUEUED", "RUNNING", "STOPPING")
# Of a role that is not known everywhere yet: in StackSets' own words and in STS's.
_NOT_YET = ("trust relationship", "sts:AssumeRole")
_NOT_YET_TRIES, _NOT_YET_SECONDS = 4, 15


@dataclass(frozen=True)
class Deployed:
    """How a StackSet's operation ended: `status` of the operation, and the reason that the one account gives."""

    status: str
    reason: str

    @property
    def succeeded(self) -> bool:
        """Whether the stack came up."""
        return self.status == "SUCCEEDED"


@contextmanager
def stack_set(
    stack: ProbedStack, name: str, template: Mapping[str, Any], administration_arn: str, execution_name: str
) -> Iterator[None]:
    """A StackSet while the context lasts, without a stack yet."""
    client = stack.client("cloudformation")
    client.create_stack_set(
        StackSetName=name,
        Description="A probe of the platform's assumptions",
        TemplateBody=json.dumps(template),
        PermissionModel="SELF_MANAGED",
        AdministrationRoleARN=administration_arn,
        ExecutionRoleName=execution_name,
    )
    try:
        yield
    finally:
        client.delete_stack_set(StackSetName=name)


def deployed(stack: ProbedStack, name: str) -> Deployed:
    """Bring the StackSet's stack up in its own account and take it away again: how the first ended.

    Waits for roles that are not known everywhere yet.
    """
    found = Deployed("", "")
    for _ in range(_NOT_YET_TRIES):
        found = _once(stack, name)
        if found.succeeded or not any(word in found.reason for word in _NOT_YET):
            break
        stack.pause(_NOT_YET_SECONDS)
    return found


def _once(stack: ProbedStack, name: str) -> Deployed:
    client = stack.client("cloudformation")
    target = {"StackSetName": name, "Accounts": [stack.account], "Regions": [stack.region]}
    operation = client.create_stack_instances(**target)["OperationId"]
    try:
        found = _ended(stack, name, operation)
        if found.status in _RUNNING:
            # The set takes no other operation before, not even the one that empties it.
            client.stop_stack_set_operation(StackSetName=name, OperationId=operation)
            _ended(stack, name, operation)
        return found
    finally:
        removal = client.delete_stack_instances(**target, RetainStacks=False)["OperationId"]
        if not _ended(stack, name, removal).succeeded:
            # A stack that its role cannot reach was never made: let go of, so that the set can be deleted.
            released = client.delete_stack_instances(**target, RetainStacks=True)["OperationId"]
            _ended(stack, name, released)


def _ended(stack: ProbedStack, name: str, operation: str) -> Deployed:
    """How an operation ended, or its status after four minutes."""
    client, asked = stack.client("cloudformation"), {"StackSetName": name, "OperationId": operation}
    status = ended(
        stack,
        lambda: str(client.describe_stack_set_operation(**asked)["StackSetOperation"]["Status"]),
        lambda found: found in _RUNNING,
        _TRIES,
    )
    summaries = client.list_stack_set_operation_results(**asked)["Summaries"]
    return Deployed(status, " ".join(each.get("StatusReason", "") for each in summaries).strip())
