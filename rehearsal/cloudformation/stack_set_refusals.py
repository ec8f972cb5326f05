"""What CloudFormation refuses of a StackSet whose operation still runs, and what its operations fail with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import CloudFormationError

from rehearsal.service_model.aws_behavior import aws_behavior

RUNNING = frozenset({"QUEUED", "RUNNING", "STOPPING"})


class StackInstanceFailed(Exception):
    """A stack instance could not be created, updated or deleted; the text is its StatusReason."""


class OperationInProgress(CloudFormationError):
    """The error that botocore's model calls OperationInProgressException (409)."""

    code = "OperationInProgressException"


class RunningOperation(Protocol):
    """What is asked of an operation."""

    status: str


@aws_behavior(
    'AWS CloudFormation API Reference, "CreateStackInstances", "DeleteStackInstances", "DeleteStackSet", '
    '"UpdateStackInstances", "UpdateStackSet" (OperationInProgressException, 409)',
    'AWS CloudFormation API Reference, "ManagedExecution": without it, one operation at a time',
)
def one_operation_at_a_time(stack_set_id: str, operations: Iterable[RunningOperation]) -> None:
    """A StackSet takes no second operation, nor its deletion, while one runs or is being stopped.

    Raises OperationInProgress, with nothing changed.
    """
    if any(operation.status in RUNNING for operation in operations):
        raise OperationInProgress(f"Another Operation on StackSet {stack_set_id} is in progress")


@aws_behavior(
    'AWS CloudFormation User Guide, "StackSets concepts": CURRENT, the stack is up to date with the StackSet',
    'ansible-collections/community.aws 103, "aws cloudformation_stack_set module not idempotent"',
)
def nothing_to_update(error: ClientError) -> bool:
    """A stack that is what its StackSet says already is current; UpdateStack alone answers that with an error."""
    return "No updates are to be performed" in error.response["Error"].get("Message", "")
