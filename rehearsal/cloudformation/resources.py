"""A resource of a stack, made, changed and removed through its own API as the role that the stack acts as."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

from assumptions.entries.cloudformation_tags_with_creation import ASSUMPTION as TAGS
from assumptions.outcomes import holds
from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.cloudformation.resource_types import RESOURCE_TYPES, StackResourceType, arguments, unknown_properties
from rehearsal.service_model.tag_limits import tags_at_most

# Endpoints take minutes in AWS, seconds here.
_SECONDS = 300
_NAME_LIMIT = 63
# What services answer for a resource that does not exist; a stack counts it as deleted.
GONE = re.compile(r"not ?find|not ?found|NotFound|does not exist", re.IGNORECASE)


class ResourceFailed(Exception):
    """Why a resource could not be created, updated or deleted."""


class CloudFormationResource:
    """A resource of a type of the table, with the attributes that moto's stack reads."""

    def __init__(
        self, cloud: Cloud, resource_type: StackResourceType, type_name: str, properties: Mapping[str, Any]
    ) -> None:
        self.resource_type, self.cf_resource_type, self.properties = resource_type, type_name, dict(properties)
        self.logical_resource_id = ""
        self._cloud = cloud
        self._found: Mapping[str, Any] = {}

    @property
    def physical_resource_id(self) -> str:
        """The value of Ref."""
        return self.resource_type.reference(self.resource_type.expand(self.properties), self._found)

    def get_cfn_attribute(self, name: str) -> Any:
        """The value of GetAtt."""
        if name not in self.resource_type.attributes:
            raise UnformattedGetAttTemplateException()
        return self._found[self.resource_type.attributes[name]]

    def is_created(self) -> bool:
        """Creation has waited for the resource to stabilize."""
        return True

    def create(self, actor: Actor) -> None:
        """Create the resource and wait until it has stabilized. Raises ResourceFailed."""
        if not self.resource_type.service:
            return
        unknown = unknown_properties(self.resource_type, self.properties)
        if unknown:
            raise ResourceFailed(f"Encountered unsupported property {', '.join(unknown)}")
        too_many = tags_at_most(self.cf_resource_type, len(_tags(self.properties)))
        if too_many:
            raise ResourceFailed(too_many)
        later = {} if self.resource_type.tagging is None or holds(TAGS) else _tags(self.properties)
        given = _untagged(self.properties) if later else self.properties
        self._call(actor, self.resource_type.create, arguments(self.resource_type, self.resource_type.create, given))
        if later:
            self._find(actor)
            self._retag(actor, {}, later)
        self._stabilize(actor)

    def update(self, actor: Actor, properties: Mapping[str, Any], *, rolling_back: bool = False) -> None:
        """Update the properties in place, tags by themselves. Raises ResourceFailed."""
        del rolling_back  # the API is asked for the same either way
        before, self.properties = self.properties, dict(properties)
        unknown = unknown_properties(self.resource_type, self.properties)
        if unknown:
            raise ResourceFailed(f"Encountered unsupported property {', '.join(unknown)}")
        if _untagged(before) != _untagged(self.properties):
            if self.resource_type.update is None:
                raise ResourceFailed("the type cannot be updated in place")
            self._call(
                actor,
                self.resource_type.update,
                arguments(self.resource_type, self.resource_type.update, self.properties),
            )
            self._stabilize(actor)
        self._retag(actor, _tags(before), _tags(self.properties))

    def _retag(self, actor: Actor, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        tagging = self.resource_type.tagging
        if tagging is None or before == after:
            return
        resource = {tagging.arn: self._found[tagging.described]}
        changed = [{"Key": key, "Value": value} for key, value in after.items() if before.get(key) != value]
        if changed:
            self._call(actor, tagging.tag, {**resource, "Tags": changed})
        removed = sorted(set(before) - set(after))
        if removed:
            self._call(actor, tagging.untag, {**resource, "TagKeys": removed})

    def remove(self, actor: Actor) -> None:
        """Delete the resource; one that is gone already counts as deleted. Raises ResourceFailed."""
        if not self.resource_type.service:
            return
        identify = self.resource_type.deletion or self.resource_type.identity
        try:
            self._call(actor, self.resource_type.delete, identify(self.properties))
        except ResourceFailed as error:
            if not GONE.search(str(error)):
                raise

    def with_name(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Properties with the name that CloudFormation gave, if the template gives none."""
        name = self.resource_type.name
        return {**({name: self.properties[name]} if name and name in self.properties else {}), **properties}

    def needs_replacement(self, properties: Mapping[str, Any]) -> bool:
        """Whether these properties need a replacement."""
        given = self.with_name(properties)
        changed = {
            key for key in {*given, *self.properties} if given.get(key) != self.properties.get(key) and key != "Tags"
        }
        return (
            bool(changed) if self.resource_type.create_only is None else bool(changed & self.resource_type.create_only)
        )

    def _stabilize(self, actor: Actor) -> None:
        stabilization, deadline = self.resource_type.stabilization, time.monotonic() + _SECONDS
        while True:
            self._find(actor)
            if stabilization is None:
                return
            status, reason = self._found[stabilization.status], self._found.get(stabilization.reason)
            if status in stabilization.good:
                if self._found.get(stabilization.reached) != self.properties[stabilization.reached]:
                    raise ResourceFailed(reason or f"{stabilization.reached} was not reached")
                return
            if status in stabilization.bad or time.monotonic() > deadline:
                raise ResourceFailed(reason or f"status {status}")
            time.sleep(0.2)

    def _find(self, actor: Actor) -> None:
        self._found = self.resource_type.found(
            self._call(actor, self.resource_type.describe, self.resource_type.identity(self.properties))
        )
        if not self._found:
            raise ResourceFailed("it is not found again after creation")

    def _call(self, actor: Actor, method: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        client = self._cloud.client(actor, self.resource_type.service)
        try:
            answer: Mapping[str, Any] = getattr(client, method)(**given)
        except ClientError as error:
            raise ResourceFailed(logs.refused(error)) from None
        except BotoCoreError as error:
            raise ResourceFailed(" ".join(str(error).split())) from None
        return answer


def _untagged(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key != "Tags"}


def _tags(properties: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags") or ()}


class CloudFormationResourceClass:
    """A resource type of the table, as moto's parser expects its class."""

    def __init__(self, cloud: Cloud, type_name: str) -> None:
        self.cloud, self.type_name, self.resource_type = cloud, type_name, RESOURCE_TYPES[type_name]

    def has_cfn_attr(self, name: str) -> bool:
        """Whether GetAtt knows an attribute."""
        return name in self.resource_type.attributes

    def build(self, logical_id: str, properties: Mapping[str, Any]) -> CloudFormationResource:
        """A resource that is yet to be made, with a name of CloudFormation's where the template gives none."""
        given = dict(properties)
        if self.resource_type.name:
            given.setdefault(self.resource_type.name, f"{logical_id[: _NAME_LIMIT - 13]}-{uuid.uuid4().hex[:12]}")
        return CloudFormationResource(self.cloud, self.resource_type, self.type_name, given)
