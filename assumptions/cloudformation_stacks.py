"""Stacks of a probe's own that are expected to fail: what the failure says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from assumptions.assumption import ProbedStack
from assumptions.refusals import ended, patiently

NEEDS = (
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
)

# Of a role that CloudFormation does not know yet.
_NOT_YET = ("cannot be assumed", "AssumeRole")


@contextmanager
def stack_with_role(stack: ProbedStack, name: str, template: Mapping[str, Any], role_arn: str) -> Iterator[str]:
    """A stack that CloudFormation begins to make with a role, while the context lasts: its id."""
    client = stack.client("cloudformation")
    given = {"StackName": name, "TemplateBody": json.dumps(template), "RoleARN": role_arn}
    stack_id = str(patiently(stack, lambda: client.create_stack(**given), *_NOT_YET)["StackId"])
    try:
        yield stack_id
    finally:
        client.delete_stack(StackName=stack_id)
        # Its role must be there until it is gone.
        _ended(stack, stack_id)


def failure(stack: ProbedStack, stack_id: str) -> str:
    """Why the stack's first resource could not be made; the stack's status where it is there, or not yet.

    What CloudFormation does not say of the resource it says of the stack.
    """
    status, client = _ended(stack, stack_id), stack.client("cloudformation")
    if not status.endswith(("ROLLBACK_COMPLETE", "FAILED")):
        return status
    # The newest come first; a stack of one resource has one page.
    events = reversed(client.describe_stack_events(StackName=stack_id)["StackEvents"])
    failed = [each["ResourceStatusReason"] for each in events if each["ResourceStatus"] == "CREATE_FAILED"]
    of_stack = client.describe_stacks(StackName=stack_id)["Stacks"][0].get("StackStatusReason", status)
    return str(next(iter(failed), of_stack))


def _ended(stack: ProbedStack, stack_id: str) -> str:
    """A stack's status when it has ended, or after two minutes; one that fails with its only resource takes one."""
    client = stack.client("cloudformation")
    return ended(
        stack,
        lambda: str(client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"]),
        lambda status: status.endswith("IN_PROGRESS"),
    )
