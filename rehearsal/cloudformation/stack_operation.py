"""One creation or update of a stack in progress: what to undo on failure, what to remove in the end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.cloudformation.handled_resources import HandledResource, HandledResourceClass
from rehearsal.cloudformation.resources import CloudFormationResource, CloudFormationResourceClass, ResourceFailed
from rehearsal.service_model.aws_behavior import aws_behavior


class StackOperationFailed(Exception):
    """Which resource failed a stack, and why."""

    def __init__(self, logical_id: str, type_name: str, reason: str) -> None:
        super().__init__(f"ResourceLogicalId:{logical_id}, ResourceType:{type_name}, ResourceStatusReason:{reason}")


class StackOperation:
    """One creation or update of a stack.

    `previous` are the stack's resources before, by logical id; those that stay are taken out of it. `properties` are
    the resolved properties of resources that moto makes, by logical id. A `closed` operation makes nothing.
    """

    def __init__(self, previous: Mapping[str, Any], properties: Mapping[str, Any]) -> None:
        self.previous = dict(previous)
        self.properties = dict(properties)
        self.replaced: list[CloudFormationResource] = []
        self.closed = False
        self._undo: list[Callable[[], Any]] = []

    def apply_own(
        self,
        actor: Actor,
        logical_id: str,
        resource_type: CloudFormationResourceClass | HandledResourceClass,
        properties: Mapping[str, Any],
        update_policy: Mapping[str, Any],
    ) -> CloudFormationResource:
        """Create, update or replace a resource of the table, or of a type with a handler."""
        properties = no_value_leaves_its_place(properties)
        old = self.previous.pop(logical_id, None)
        if not isinstance(old, CloudFormationResource) or old.cf_resource_type != resource_type.type_name:
            if old is not None:
                self.previous[logical_id] = old
            return self._create(actor, resource_type.build(logical_id, properties))
        if isinstance(old, HandledResource):
            old.update_policy = update_policy
        complete = old.with_name(properties)
        if complete == old.properties:
            return old
        if old.needs_replacement(properties):
            self.replaced.append(old)
            return self._create(actor, resource_type.build(logical_id, properties))
        before = old.properties
        self._undo.append(lambda: old.update(actor, before, rolling_back=True))
        old.update(actor, complete)
        return old

    def _create(self, actor: Actor, resource: CloudFormationResource) -> CloudFormationResource:
        self._undo.append(lambda: resource.remove(actor))
        resource.create(actor)
        return resource

    def apply_moto(
        self,
        cloud: Cloud,
        actor: Actor,
        logical_id: str,
        resource_type: Any,
        template: Mapping[str, Any],
        name: str,
        resource_map: Any,
    ) -> Any:
        """Create or update a resource that moto makes, and record the request for it."""
        old, properties = self.previous.pop(logical_id, None), template["Properties"]
        location = (resource_map._account_id, resource_map._region_name)
        if old is not None and self.properties.get(logical_id) == properties:
            return old
        try:
            if old is not None:
                resource = resource_type.update_from_cloudformation_json(old, name, template, *location)
            else:
                more = {"LogicalId": logical_id, "StackId": resource_map.stack_id, "ResourceType": template["Type"]}
                resource = resource_type.create_from_cloudformation_json(name, template, *location, **more)
                self._undo.append(lambda: resource_map._delete_resource(resource, template))
        except Exception as error:  # moto's models raise what their services raise
            raise ResourceFailed(str(error) or type(error).__name__) from None
        self.properties[logical_id] = properties
        _record(cloud, actor, template["Type"], "Create" if old is None else "Update", name, properties)
        return resource

    def undo(self) -> None:
        """Undo what was done, last first; resources that are gone already are skipped."""
        while self._undo:
            with contextlib.suppress(ResourceFailed, ClientError):
                self._undo.pop()()


@aws_behavior('CloudFormation Template Reference, "Pseudo parameters": AWS::NoValue')
def no_value_leaves_its_place(part: Any) -> Any:
    """An item of a list that is AWS::NoValue is not there; moto leaves None in its place."""
    if isinstance(part, Mapping):
        return {name: no_value_leaves_its_place(value) for name, value in part.items()}
    if isinstance(part, list):
        return [no_value_leaves_its_place(item) for item in part if item is not None]
    return part


def _record(cloud: Cloud, actor: Actor, type_name: str, verb: str, name: str, properties: Mapping[str, Any]) -> None:
    """Record the request. A type's property names are its operation's own, but for the name CloudFormation gave."""
    _, service, noun = type_name.split("::")[:3]
    parameters = {f"{noun}Name": name, "Name": name, **properties}
    question = SignedRequest("", actor.region, service.lower(), f"{verb}{noun}", name, parameters)
    cloud.recorder.add(actor, question, None, 200)
