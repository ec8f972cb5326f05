"""Change sets of stacks: what an update would do, computed from template, parameters and what stands there.

Nothing is created, changed or removed. Executing one is refused: updates come through UpdateStack and StackSets.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from assumptions.entries.change_sets_on_stack_set_stacks import ASSUMPTION as ON_STACK_SETS
from assumptions.outcomes import holds
from rehearsal.cloudformation.change_set_changes import changes_of
from rehearsal.cloudformation.change_set_details import without_values
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
# A template in the request itself (CloudFormation User Guide, "CloudFormation quotas").
_BODY_BYTES = 51_200
# Statuses in which a stack takes no update (AWS CloudFormation User Guide, "Stack status codes").
_UPDATABLE = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
)
# AWS ends a page at 1 MB. A few changes to a page, so that whoever reads one page alone is noticed.
_PAGE = 6
_CREATION_LOOKS = 2


class AlreadyExists(CloudFormationError):
    """A change set of that name is there."""

    code = "AlreadyExistsException"


class ChangeSetNotFound(CloudFormationError):
    """There is no such change set."""

    code = "ChangeSetNotFound"


@dataclass
class ChangeSet:
    """A change set of a stack; `looks` counts how often it was described before it is complete."""

    name: str
    id: str
    stack: Any
    token: str
    parameters: Mapping[str, str]
    resolved: Mapping[str, Any]
    changes: list[dict[str, Any]]
    looks: int = 0
    created: datetime = field(default_factory=utcnow)

    def answer(self) -> dict[str, Any]:
        """What DescribeChangeSet says beside the changes."""
        made = creation_takes_time(self.looks)
        self.looks += 1
        if made and not self.changes:
            status = {"Status": "FAILED", "StatusReason": NO_CHANGES, "ExecutionStatus": "UNAVAILABLE"}
        elif made:
            status = {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE"}
        else:
            status = {"Status": "CREATE_IN_PROGRESS", "ExecutionStatus": "UNAVAILABLE"}
        return {
            "ChangeSetName": self.name,
            "ChangeSetId": self.id,
            "StackId": self.stack.stack_id,
            "StackName": self.stack.name,
            "CreationTime": self.created,
            "Parameters": [self._parameter(key, value) for key, value in self.parameters.items()],
            **status,
        }

    def _parameter(self, key: str, value: str) -> dict[str, str]:
        resolved = self.resolved.get(key)
        shown = ",".join(map(str, resolved)) if isinstance(resolved, list) else str(resolved)
        return {
            "ParameterKey": key,
            "ParameterValue": value,
            **({"ResolvedValue": shown} if resolved is not None and shown != value else {}),
        }


@aws_behavior('AWS CloudFormation API Reference, "CreateChangeSet" and "DescribeChangeSet": Status')
def creation_takes_time(looks: int) -> bool:
    """A change set is still being made when its creation has been answered; who reads at once reads nothing."""
    return looks >= _CREATION_LOOKS


class ChangeSets:
    """The change sets of all stacks, by their ids."""

    def __init__(self) -> None:
        self._made: dict[str, ChangeSet] = {}

    def install(self, patches: Patches) -> None:
        """Answer moto's change set operations from here until the patches are undone."""
        methods: dict[str, Callable[[Any], Any]] = {
            "create_change_set": self._create,
            "describe_change_set": self._describe,
            "delete_change_set": self._delete,
            "list_change_sets": self._list,
            "execute_change_set": _refuse_execution,
        }
        for name, method in methods.items():
            patches.set(CloudFormationResponse, name, _bound(method))
        # Answers have the API's shapes already, where moto's have its own.
        for member in ("Changes", "Parameters"):
            shapes = CloudFormationResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER
            patches.set_item(shapes, f"DescribeChangeSetOutput.{member}", lambda value: value)

    def of_stack(self, stack_id: str) -> list[ChangeSet]:
        """Those that a stack has."""
        return [each for each in self._made.values() if each.stack.stack_id == stack_id]

    def _create(self, response: Any) -> Any:
        stack = _updatable_stack(response)
        name, token = response._get_param("ChangeSetName"), response._get_param("ClientToken") or ""
        for other in self.of_stack(stack.stack_id):
            if other.name == name and token and other.token == token:
                return ActionResult({"Id": other.id, "StackId": stack.stack_id})
            if other.name == name:
                raise AlreadyExists(f"ChangeSet {name} cannot be created: it already exists for {stack.stack_id}")
        template, values = _template(response, stack), _parameters(response, stack)
        after = _evaluated(stack, template, values)
        region, account = stack.region_name, stack.account_id
        made = ChangeSet(
            name=name,
            id=f"arn:aws:cloudformation:{region}:{account}:changeSet/{name}/{uuid.uuid4()}",
            stack=stack,
            token=token,
            parameters=values,
            resolved=after.resolved_parameters,
            changes=changes_of(stack, template, after),
        )
        self._made[made.id] = made
        return ActionResult({"Id": made.id, "StackId": stack.stack_id})

    def _describe(self, response: Any) -> Any:
        found = self._find(response)
        start = int(response._get_param("NextToken") or 0)
        answer = found.answer()
        ready = answer["Status"] == "CREATE_COMPLETE"
        page = found.changes[start : start + _PAGE] if ready else []
        if not response._get_bool_param("IncludePropertyValues", False):
            page = [without_values(change) for change in page]
        more = {"NextToken": str(start + _PAGE)} if ready and start + _PAGE < len(found.changes) else {}
        return ActionResult({**answer, "Changes": page, **more})

    def _delete(self, response: Any) -> Any:
        """Delete it; of one that is not there nothing is said."""
        found = self._find(response, missing=None)
        if found is not None:
            del self._made[found.id]
        return EmptyResult()

    def _list(self, response: Any) -> Any:
        stack = response.cloudformation_backend.get_stack(response._get_param("StackName"))
        own = [
            {key: value for key, value in each.answer().items() if key != "Parameters"}
            for each in self.of_stack(stack.stack_id)
        ]
        return ActionResult({"Summaries": own})

    def _find(self, response: Any, missing: type[CloudFormationError] | None = ChangeSetNotFound) -> Any:
        name, stack_name = response._get_param("ChangeSetName"), response._get_param("StackName")
        for each in self._made.values():
            named = each.name == name and stack_name in (each.stack.name, each.stack.stack_id)
            if each.id == name or named:
                return each
        if missing is not None:
            raise missing(f"ChangeSet [{name}] does not exist")
        return None


def _bound(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda response: method(response)  # noqa: PLW0108 - a bound method would not get moto's object


def _refuse_execution(_response: Any) -> Any:
    raise ValidationError(message="change sets are not executed here: update the stack, or its stack set")


def _updatable_stack(response: Any) -> Any:
    name = response._get_param("StackName")
    if (response._get_param("ChangeSetType") or "UPDATE") != "UPDATE":
        raise ValidationError(message="change sets of type CREATE and IMPORT are not rehearsed; set UPDATE")
    stacks = response.cloudformation_backend.stacks.values()
    stack = next((each for each in stacks if name in (each.name, each.stack_id)), None)
    if stack is None:
        raise ValidationError(message=f"Stack [{name}] does not exist")
    if stack.name.startswith("StackSet-") and not holds(ON_STACK_SETS):
        raise ValidationError(message=f"Stack [{name}] belongs to a StackSet and takes no change set")
    if stack.status not in _UPDATABLE:
        raise ValidationError(message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
    return stack


def _template(response: Any, stack: Any) -> dict[str, Any]:
    body, url = response._get_param("TemplateBody"), response._get_param("TemplateURL")
    previous = response._get_bool_param("UsePreviousTemplate", False)
    if sum(map(bool, (body, url, previous))) != 1:
        raise ValidationError(message="Specify one of TemplateBody, TemplateURL and UsePreviousTemplate")
    if previous:
        return dict(stack.template_dict)
    if url:
        raise ValidationError(message="change sets of a template by its address are not rehearsed")
    if len(body.encode()) > _BODY_BYTES:
        raise ValidationError(
            message="1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_BODY_BYTES}"
        )
    try:
        return dict(json.loads(body))
    except ValueError:
        raise ValidationError(message="Template format error: JSON not well-formed.") from None


def _parameters(response: Any, stack: Any) -> dict[str, str]:
    given = response._get_param("Parameters") or []
    before = stack.resource_map.input_parameters
    return {
        entry["ParameterKey"]: before[entry["ParameterKey"]]
        if entry.get("UsePreviousValue") in (True, "true")
        else entry["ParameterValue"]
        for entry in given
    }


def _evaluated(stack: Any, template: dict[str, Any], values: dict[str, str]) -> ResourceMap:
    """The new template with its parameters, mappings and conditions; resources are not made."""
    after = ResourceMap(
        stack.stack_id,
        stack.name,
        values,
        stack.tags,
        stack.region_name,
        stack.account_id,
        template,
        stack.cross_stack_resources,
    )
    after.load_mapping()
    after.load_parameters()
    after.load_conditions()
    return after
