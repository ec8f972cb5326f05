"""CloudFormation stacks of the in-memory AWS: types that moto lacks, updates that replace, failures that roll back.

The parser and the records are moto's. What is changed: resources of the table are made through their own API as the
role that the stack acts as; an unknown type, parameter or property fails the stack; an update compares resolved
properties in dependency order and removes what it replaced last; a failure undoes what was done.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import OutputMap, ResourceMap
from moto.core.request import Request

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.answers import Answer, refusal
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.requests import SignedRequest
from rehearsal.cloudformation.dependencies import in_dependency_order
from rehearsal.cloudformation.handled_resources import HandledResourceClass
from rehearsal.cloudformation.handlers import HANDLERS
from rehearsal.cloudformation.parameters import problems
from rehearsal.cloudformation.resource_types import RESOURCE_TYPES
from rehearsal.cloudformation.resources import CloudFormationResource, CloudFormationResourceClass, ResourceFailed
from rehearsal.cloudformation.stack_operation import StackOperation, StackOperationFailed
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

_OPERATIONS = ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet")


class Stacks:
    """Replaces what moto does with stacks; keeps the role that each thread's stack acts as."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._acting = threading.local()

    def install(self, patches: Patches) -> None:
        """Replace moto's methods until the patches are undone."""
        for operation in _OPERATIONS:
            patches.set_item(self._cloud.handlers, f"cloudformation:{operation}", self._set_actor)
        original = parsing.resource_class_from_type

        def class_of(type_name: str) -> Any:
            if type_name in HANDLERS:
                return HandledResourceClass(self._cloud, type_name)
            own = type_name in RESOURCE_TYPES
            return CloudFormationResourceClass(self._cloud, type_name) if own else original(type_name)

        patches.set(parsing, "resource_class_from_type", class_of)
        patches.set(parsing, "parse_and_create_resource", self._apply)
        patches.wrap(ResourceMap, "load", _load)
        patches.wrap(ResourceMap, "load_parameters", _load_parameters)
        patches.set(ResourceMap, "parse_ssm_parameter", self._ssm_parameter())
        patches.wrap(ResourceMap, "create", _create)
        patches.set(
            ResourceMap,
            "_ResourceMap__get_resources_in_dependency_order",
            lambda resource_map: in_dependency_order(resource_map._resource_json_map),
        )
        patches.set(ResourceMap, "update", _update(self))
        patches.set(ResourceMap, "delete", _delete(self))
        patches.wrap(Stack, "create_resources", _create_resources)
        patches.wrap(Stack, "update", _update_stack)

    def actor(self, account: str, region: str) -> Actor:
        """The role that makes the resources of the stack that this thread works on."""
        actor: Actor | None = getattr(self._acting, "actor", None)
        if actor is None or actor.account != account:
            return self._cloud.deployer(account, region)
        return actor

    def _set_actor(self, actor: Actor, question: SignedRequest, _request: Request) -> Answer | None:
        """Let the stack act as its RoleARN, or else as the caller."""
        role = question.parameters.get("RoleARN")
        self._acting.actor = actor
        if role:
            try:
                self._acting.actor = self._cloud.service_assume(
                    role, service="cloudformation.amazonaws.com", session="stack", region=question.region
                )
            except NotTrusted as error:
                return refusal("ValidationError", str(error), "cloudformation")
        return None

    def _apply(
        self, logical_id: str, resource_json: Mapping[str, Any], resource_map: Any, account_id: str, region_name: str
    ) -> Any:
        """Create a resource, or bring the one of before an update to the new template."""
        condition = resource_json.get("Condition")
        if condition and not resource_map.lazy_condition_map[condition]:
            return None
        operation = _operation_of(resource_map)
        # moto makes resources when they are read, so a failed stack would be tried again by reading it.
        if operation.closed:
            return None
        actor = self.actor(account_id, region_name)
        parsed = parsing.parse_resource_and_generate_name(logical_id, dict(resource_json), resource_map)
        if not parsed:
            return None
        resource_type: Any = parsed[0]
        try:
            if isinstance(resource_type, CloudFormationResourceClass | HandledResourceClass):
                policy = parsing.clean_json(resource_json.get("UpdatePolicy") or {}, resource_map)
                given = parsed[1].get("Properties") or {}
                resource: Any = operation.apply_own(actor, logical_id, resource_type, given, policy)
            else:
                resource = operation.apply_moto(
                    self._cloud, actor, logical_id, resource_type, parsed[1], parsed[2], resource_map
                )
        except ResourceFailed as error:
            raise StackOperationFailed(logical_id, resource_json["Type"], str(error)) from None
        resource.cf_resource_type = resource_json["Type"]
        resource.logical_resource_id = logical_id
        return resource

    def _ssm_parameter(self) -> Callable[..., Any]:
        """CloudFormation reads the account's parameters with the rights of the role that the stack acts as."""

        def read(resource_map: Any, value: str, value_type: str) -> Any:
            client = self._cloud.client(
                self.actor(resource_map._account_id, resource_map._region_name), "ssm", resource_map._region_name
            )
            try:
                parameters = client.get_parameters(Names=[value])["Parameters"]
            except ClientError as error:
                raise ValidationError(message=logs.refused(error)) from None
            if not parameters:
                raise ValidationError(
                    message=f"Unable to fetch parameters [{value}] from parameter store for this account."
                )
            require_ssm_type(value, value_type, parameters[0]["Type"])
            text = parameters[0]["Value"]
            return text.split(",") if "List" in value_type else text

        return read


@aws_behavior('CloudFormation User Guide, "Systems Manager parameter types" of "Parameters"')
def require_ssm_type(name: str, value_type: str, found: str) -> None:
    """A list in a template reads a parameter of type StringList, a single value one of type String."""
    wanted = "StringList" if "List" in value_type else "String"
    if found != wanted:
        raise ValidationError(
            message=f"Parameter {name} is of type {found} in parameter store; "
            f"the template's {value_type} takes {wanted}"
        )


def _operation_of(resource_map: Any) -> StackOperation:
    """The operation that is in progress, or was last."""
    operation: StackOperation | None = resource_map.__dict__.get("operation")
    if operation is None:
        operation = resource_map.operation = StackOperation({}, {})
    return operation


def _load(original: Callable[..., Any], resource_map: Any) -> None:
    _require_known_types(resource_map._template)
    original(resource_map)


def _require_known_types(template: Mapping[str, Any]) -> None:
    types = {resource.get("Type", "") for resource in template.get("Resources", {}).values()}
    known = {*RESOURCE_TYPES, *HANDLERS, *parsing.get_model_map(), *parsing.NULL_MODELS}
    unknown = sorted(name for name in types - known if not name.startswith("Custom::"))
    if unknown:
        raise ValidationError(message=f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")


def _load_parameters(original: Callable[..., Any], resource_map: Any) -> None:
    broken_rules = problems(resource_map._template.get("Parameters") or {}, resource_map.input_parameters or {})
    if broken_rules:
        raise ValidationError(message="; ".join(broken_rules))
    original(resource_map)


def _create(original: Callable[..., Any], resource_map: Any, template: dict[str, Any]) -> bool:
    operation = _operation_of(resource_map)
    try:
        return bool(original(resource_map, template))
    except BaseException:
        operation.undo()
        for name in resource_map._resource_json_map:
            resource_map._parsed_resources.pop(name, None)
        raise
    finally:
        operation.closed = True


def _update(stacks: Stacks) -> Callable[..., None]:
    def update(resource_map: Any, template: dict[str, Any], parameters: Mapping[str, Any] | None = None) -> None:
        kept = ("_template", "_resource_json_map", "input_parameters", "resolved_parameters")
        before = {name: getattr(resource_map, name) for name in kept}
        before["_parsed_resources"] = dict(resource_map._parsed_resources)
        old_json, properties = resource_map._resource_json_map, _operation_of(resource_map).properties
        previous = {
            name: resource_map._parsed_resources.pop(name)
            for name in old_json
            if name in resource_map._parsed_resources
        }
        order = list(before["_parsed_resources"])
        resource_map.operation = operation = StackOperation(previous, properties)
        try:
            _require_known_types(template)
            resource_map._template, resource_map._resource_json_map = template, template["Resources"]
            resource_map.input_parameters = (
                dict(parameters) if parameters is not None else resource_map.input_parameters
            )
            resource_map.resolved_parameters = {}
            for load in (
                resource_map.load_mapping,
                resource_map.load_parameters,
                resource_map.load_conditions,
                resource_map.validate_outputs,
            ):
                load()
            for name in in_dependency_order(resource_map._resource_json_map):
                _ = resource_map[name]
        except BaseException:
            operation.undo()
            for name, value in before.items():
                setattr(resource_map, name, value)
            raise
        finally:
            operation.closed = True
        _clean_up(stacks, resource_map, operation, old_json, order)

    return update


def _clean_up(
    stacks: Stacks, resource_map: Any, operation: StackOperation, old_json: Mapping[str, Any], order: list[str]
) -> None:
    """Remove what was replaced or is no longer in the template; what cannot be removed stays, as in AWS."""
    actor = stacks.actor(resource_map._account_id, resource_map._region_name)
    removable = [*((r.logical_resource_id, r) for r in operation.replaced), *operation.previous.items()]
    for name, resource in sorted(removable, key=lambda entry: -order.index(entry[0])):
        if old_json[name].get("DeletionPolicy") == "Retain" and name in operation.previous:
            continue
        with contextlib.suppress(ResourceFailed, ClientError):
            _remove(resource_map, actor, resource, old_json[name])


def _delete(stacks: Stacks) -> Callable[..., None]:
    def delete(resource_map: Any) -> None:
        actor = stacks.actor(resource_map._account_id, resource_map._region_name)
        for name in reversed(
            [name for name in resource_map._parsed_resources if name in resource_map._resource_json_map]
        ):
            if resource_map._resource_json_map[name].get("DeletionPolicy") == "Retain":
                continue
            try:
                _remove(
                    resource_map, actor, resource_map._parsed_resources[name], resource_map._resource_json_map[name]
                )
            except ResourceFailed as error:
                raise StackOperationFailed(name, resource_map._resource_json_map[name]["Type"], str(error)) from None
            del resource_map._parsed_resources[name]

    return delete


def _remove(resource_map: Any, actor: Actor, resource: Any, template: Mapping[str, Any]) -> None:
    if isinstance(resource, CloudFormationResource):
        resource.remove(actor)
    elif resource is not None and not isinstance(resource, str):
        resource_map._delete_resource(resource, template)


def _create_resources(original: Callable[..., Any], stack: Any) -> None:
    stack.failure = None
    try:
        original(stack)
    except Exception as error:  # a template may fail in any of moto's models
        stack.output_map = OutputMap(stack.resource_map, {}, stack.stack_id)
        _failed(stack, "ROLLBACK_COMPLETE", error)


def _update_stack(original: Callable[..., Any], stack: Any, template: str, *rest: Any, **named: Any) -> None:
    stack.failure = None
    before = (stack.template, stack.template_dict)
    try:
        original(stack, template, *rest, **named)
    except ValidationError:
        stack.template, stack.template_dict = before
        raise
    except Exception as error:
        stack.template, stack.template_dict = before
        _failed(stack, "UPDATE_ROLLBACK_COMPLETE", error)


def _failed(stack: Any, status: str, error: Exception) -> None:
    """Record a failure in the stack's status and events: CreateStack and UpdateStack have answered by now."""
    stack.failure = str(error) or type(error).__name__
    stack.status = status
    stack.stack_status_reason = stack.failure
    stack._add_stack_event(status, resource_status_reason=stack.failure)
