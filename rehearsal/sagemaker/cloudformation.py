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
from rehearsal.aws.cloud import Answer, Cloud, NotTrusted, refusal
from rehearsal.aws.requests import Question
from rehearsal.sagemaker.parameters import problems
from rehearsal.sagemaker.resource_types import KINDS
from rehearsal.sagemaker.resources import Resource, ResourceClass, ResourceFailed
from rehearsal.sagemaker.stack_work import StackFailed, Work
from rehearsal.service_model.patches import Patches

_OPERATIONS = ("CreateStack", "UpdateStack", "DeleteStack", "ExecuteChangeSet")


class Stacks:
    """Stacks while a context lasts, and who each thread's stack acts as."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._acting = threading.local()

    def install(self, patches: Patches) -> None:
        """Change moto until the patches are undone."""
        for operation in _OPERATIONS:
            self._cloud.handlers[f"cloudformation:{operation}"] = self._remember_actor
        original = parsing.resource_class_from_type

        def class_of(type_name: str) -> Any:
            return ResourceClass(self._cloud, type_name) if type_name in KINDS else original(type_name)

        patches.set(parsing, "resource_class_from_type", class_of)
        patches.set(parsing, "parse_and_create_resource", self._make)
        patches.wrap(ResourceMap, "load", _load)
        patches.wrap(ResourceMap, "load_parameters", _load_parameters)
        patches.set(ResourceMap, "parse_ssm_parameter", self._ssm_parameter())
        patches.wrap(ResourceMap, "create", _create)
        patches.set(ResourceMap, "update", _update(self))
        patches.set(ResourceMap, "delete", _delete(self))
        patches.wrap(Stack, "create_resources", _create_resources)
        patches.wrap(Stack, "update", _update_stack)

    def uninstall(self) -> None:
        """Take the handlers back."""
        for operation in _OPERATIONS:
            self._cloud.handlers.pop(f"cloudformation:{operation}", None)

    def actor(self, account: str, region: str) -> Actor:
        """Who makes the resources of the stack that this thread works on."""
        actor: Actor | None = getattr(self._acting, "actor", None)
        if actor is None or actor.account != account:
            return self._cloud.deployer(account, region)
        return actor

    def _remember_actor(self, actor: Actor, question: Question, _request: Request) -> Answer | None:
        """A stack acts as its RoleARN, or else as who asks for it."""
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

    def _make(
        self, logical_id: str, resource_json: Mapping[str, Any], resources_map: Any, account_id: str, region_name: str
    ) -> Any:
        """Create a resource, or bring the one of before an update to the new template."""
        condition = resource_json.get("Condition")
        if condition and not resources_map.lazy_condition_map[condition]:
            return None
        work = _work(resources_map)
        if work.closed:  # moto makes resources when they are read, so a failed stack would be tried again by reading it
            return None
        actor = self.actor(account_id, region_name)
        parsed = parsing.parse_resource_and_generate_name(logical_id, dict(resource_json), resources_map)
        if not parsed:
            return None
        kind: Any = parsed[0]
        try:
            if isinstance(kind, ResourceClass):
                resource: Any = work.ours(actor, logical_id, kind, parsed[1]["Properties"])
            else:
                resource = work.motos(self._cloud, actor, logical_id, kind, parsed[1], parsed[2], resources_map)
        except ResourceFailed as error:
            raise StackFailed(logical_id, resource_json["Type"], str(error)) from None
        resource.cf_resource_type = resource_json["Type"]
        resource.logical_resource_id = logical_id
        return resource

    def _ssm_parameter(self) -> Callable[..., Any]:
        """CloudFormation reads the account's parameters with the rights of who the stack acts as."""

        def read(this: Any, value: str, value_type: str) -> Any:
            client = self._cloud.client(self.actor(this._account_id, this._region_name), "ssm", this._region_name)
            try:
                found = client.get_parameters(Names=[value])["Parameters"]
            except ClientError as error:
                raise ValidationError(message=logs.refused(error)) from None
            if not found:
                raise ValidationError(
                    message=f"Unable to fetch parameters [{value}] from parameter store for this account."
                )
            text = found[0]["Value"]
            return text.split(",") if "List" in value_type else text

        return read


def _work(resources_map: Any) -> Work:
    """The work that goes on, or went on last."""
    work: Work | None = resources_map.__dict__.get("work")
    if work is None:
        work = resources_map.work = Work({}, {})
    return work


def _load(original: Callable[..., Any], this: Any) -> None:
    _known_types(this._template)
    original(this)


def _known_types(template: Mapping[str, Any]) -> None:
    types = {resource.get("Type", "") for resource in template.get("Resources", {}).values()}
    known = {*KINDS, *parsing.get_model_map(), *parsing.NULL_MODELS}
    unknown = sorted(name for name in types - known if not name.startswith("Custom::"))
    if unknown:
        raise ValidationError(message=f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")


def _load_parameters(original: Callable[..., Any], this: Any) -> None:
    found = problems(this._template.get("Parameters") or {}, this.input_parameters or {})
    if found:
        raise ValidationError(message="; ".join(found))
    original(this)


def _create(original: Callable[..., Any], this: Any, template: dict[str, Any]) -> bool:
    work = _work(this)
    try:
        return bool(original(this, template))
    except BaseException:
        work.undo()
        for name in this._resource_json_map:
            this._parsed_resources.pop(name, None)
        raise
    finally:
        work.closed = True


def _update(stacks: Stacks) -> Callable[..., None]:
    def update(this: Any, template: dict[str, Any], parameters: Mapping[str, Any] | None = None) -> None:
        before = {name: getattr(this, name) for name in ("_template", "_resource_json_map", "input_parameters")}
        before["_parsed_resources"] = dict(this._parsed_resources)
        old_json, known = this._resource_json_map, _work(this).properties
        previous = {name: this._parsed_resources.pop(name) for name in old_json if name in this._parsed_resources}
        order = list(before["_parsed_resources"])
        this.work = work = Work(previous, known)
        try:
            _known_types(template)
            this._template, this._resource_json_map = template, template["Resources"]
            this.input_parameters = dict(parameters) if parameters is not None else this.input_parameters
            this.resolved_parameters = {}
            for step in (this.load_mapping, this.load_parameters, this.load_conditions, this.validate_outputs):
                step()
            for name in this._ResourceMap__get_resources_in_dependency_order():
                _ = this[name]
        except BaseException:
            work.undo()
            for name, value in before.items():
                setattr(this, name, value)
            raise
        finally:
            work.closed = True
        _clean_up(stacks, this, work, old_json, order)

    return update


def _clean_up(stacks: Stacks, this: Any, work: Work, old_json: Mapping[str, Any], order: list[str]) -> None:
    """Remove what was replaced or is no longer in the template; what cannot be removed stays, as in AWS."""
    actor = stacks.actor(this._account_id, this._region_name)
    left = [*((r.logical_resource_id, r) for r in work.replaced), *work.previous.items()]
    for name, resource in sorted(left, key=lambda entry: -order.index(entry[0])):
        if old_json[name].get("DeletionPolicy") == "Retain" and name in work.previous:
            continue
        with contextlib.suppress(ResourceFailed, ClientError):
            _remove(this, actor, resource, old_json[name])


def _delete(stacks: Stacks) -> Callable[..., None]:
    def delete(this: Any) -> None:
        actor = stacks.actor(this._account_id, this._region_name)
        for name in reversed([name for name in this._parsed_resources if name in this._resource_json_map]):
            if this._resource_json_map[name].get("DeletionPolicy") == "Retain":
                continue
            try:
                _remove(this, actor, this._parsed_resources[name], this._resource_json_map[name])
            except ResourceFailed as error:
                raise StackFailed(name, this._resource_json_map[name]["Type"], str(error)) from None
            del this._parsed_resources[name]

    return delete


def _remove(this: Any, actor: Actor, resource: Any, template: Mapping[str, Any]) -> None:
    if isinstance(resource, Resource):
        resource.remove(actor)
    elif resource is not None and not isinstance(resource, str):
        this._delete_resource(resource, template)


def _create_resources(original: Callable[..., Any], this: Any) -> None:
    this.failure = None
    try:
        original(this)
    except Exception as error:  # a template may fail in any of moto's models
        this.output_map = OutputMap(this.resource_map, {}, this.stack_id)
        _failed(this, "ROLLBACK_COMPLETE", error)


def _update_stack(original: Callable[..., Any], this: Any, template: str, *rest: Any, **named: Any) -> None:
    this.failure = None
    before = (this.template, this.template_dict)
    try:
        original(this, template, *rest, **named)
    except ValidationError:
        this.template, this.template_dict = before
        raise
    except Exception as error:
        this.template, this.template_dict = before
        _failed(this, "UPDATE_ROLLBACK_COMPLETE", error)


def _failed(stack: Any, status: str, error: Exception) -> None:
    """CreateStack and UpdateStack have answered by now: the stack's status and events tell."""
    stack.failure = str(error) or type(error).__name__
    stack.status = status
    stack.stack_status_reason = stack.failure
    stack._add_stack_event(status, resource_status_reason=stack.failure)
