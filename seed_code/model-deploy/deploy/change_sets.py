"""Change sets on the stacks of a stage: made, read to the last page, and deleted whatever happens.

Nothing is ever executed. The role that makes them has no right to.
"""

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from deploy.endpoint import reason
from deploy.resource_changes import ResourceChange, read_change

# The role's policy lets it make and delete change sets of this name alone.
NAME = "model-deploy"
# A template in the request (CloudFormation User Guide, "CloudFormation quotas").
BODY_BYTES = 51_200
_POLL_SECONDS = 2.0
_MAKING_SECONDS = 300.0
_NOTHING = ("didn't contain changes", "No updates are to be performed")

# first: no stack yet; changes, unchanged: what the change set says; unseen: none could be made or read.
State = Literal["first", "changes", "unchanged", "unseen"]
Parameters = list[dict[str, str]]


@dataclass(frozen=True)
class StackChange:
    """What an update would do to one account's stack; `detail` says why nothing was seen."""

    account: str
    region: str
    state: State
    changes: tuple[ResourceChange, ...] = ()
    detail: str = ""
    stack: str = ""


@dataclass(frozen=True)
class Proposal:
    """The template and the parameters that the stage's next update has."""

    template: str
    parameters: Parameters = field(default_factory=list)


def stacks_of_set(cloudformation: Any, stack_set: str) -> Mapping[tuple[str, str], str]:
    """Ids of the set's stacks by account and region; none if there is no such set yet."""
    found = {}
    try:
        for page in cloudformation.get_paginator("list_stack_instances").paginate(StackSetName=stack_set):
            for each in page["Summaries"]:
                if each.get("StackId"):
                    found[(each["Account"], each["Region"])] = str(each["StackId"])
    except ClientError as error:
        if not error.response["Error"]["Code"].startswith("StackSetNotFound"):
            raise
    return found


def changes_of_stack(
    enter: Callable[[], Any], account: str, region: str, stack: str, proposal: Proposal
) -> StackChange:
    """What the proposal would do to a stack. `enter` gives a CloudFormation client of the account.

    Never raises for what CloudFormation or STS refuse: the change is then unseen, and says why.
    """
    body = smallest(proposal.template)
    if len(body.encode()) > BODY_BYTES:
        detail = f"the template has {len(body.encode())} bytes, a change set takes {BODY_BYTES}"
        return StackChange(account, region, "unseen", detail=detail, stack=stack)
    try:
        return _change(
            enter(), StackChange(account, region, "unseen", stack=stack), body, proposal.parameters
        )
    except (ClientError, BotoCoreError) as error:
        return StackChange(account, region, "unseen", detail=reason(error), stack=stack)


def smallest(template: str) -> str:
    """The template without white space, which counts against CloudFormation's limit."""
    return json.dumps(json.loads(template), separators=(",", ":"), ensure_ascii=False)


def _change(client: Any, of: StackChange, body: str, parameters: Parameters) -> StackChange:
    _delete(client, of.stack)  # what an interrupted run left
    try:
        client.create_change_set(
            StackName=of.stack,
            ChangeSetName=NAME,
            ChangeSetType="UPDATE",
            TemplateBody=body,
            Parameters=parameters,
            # A request whose answer was lost is sent again and makes no second one.
            ClientToken=uuid.uuid4().hex,
            Capabilities=["CAPABILITY_NAMED_IAM"],
            # Validations beyond the comparison would ask for rights that this role has no use for.
            DisableValidation=True,
        )
        return _read(client, of)
    finally:
        _delete(client, of.stack)


def _read(client: Any, of: StackChange) -> StackChange:
    deadline = time.monotonic() + _MAKING_SECONDS
    answer = _page(client, of.stack)
    while answer["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        if time.monotonic() > deadline:
            detail = f"the change set was not made within {_MAKING_SECONDS:.0f} seconds"
            return StackChange(of.account, of.region, "unseen", detail=detail, stack=of.stack)
        time.sleep(_POLL_SECONDS)
        answer = _page(client, of.stack)
    if answer["Status"] != "CREATE_COMPLETE":
        why = str(answer.get("StatusReason", answer["Status"]))
        nothing = any(words in why for words in _NOTHING)
        return StackChange(
            of.account,
            of.region,
            "unchanged" if nothing else "unseen",
            detail="" if nothing else why,
            stack=of.stack,
        )
    found = tuple(_all_changes(client, of.stack, answer))
    return StackChange(of.account, of.region, "changes" if found else "unchanged", found, stack=of.stack)


def _all_changes(client: Any, stack: str, answer: Mapping[str, Any]) -> Iterable[ResourceChange]:
    while True:
        yield from (read_change(each["ResourceChange"]) for each in answer.get("Changes", ()))
        if not answer.get("NextToken"):
            return
        answer = _page(client, stack, NextToken=answer["NextToken"])


def _page(client: Any, stack: str, **more: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = client.describe_change_set(
        ChangeSetName=NAME, StackName=stack, IncludePropertyValues=True, **more
    )
    return found


def _delete(client: Any, stack: str) -> None:
    try:
        client.delete_change_set(ChangeSetName=NAME, StackName=stack)
    except (ClientError, BotoCoreError) as error:
        if "NotFound" not in type(error).__name__ + str(error):
            print(f"warning: change set {NAME} of {stack} is left: {reason(error)}", file=sys.stderr)
