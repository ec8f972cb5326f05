"""A resource of a stack, made, changed and removed through its own API as whoever the stack acts as."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.sagemaker.resource_types import KINDS, Kind, arguments, unknown_properties

# Endpoints take minutes in AWS, seconds here.
_SECONDS = 300
_NAME_LIMIT = 63
# What services say of a thing that is not there; a stack counts it as deleted.
_GONE = re.compile(r"not ?find|not ?found|NotFound|does not exist", re.IGNORECASE)


class ResourceFailed(Exception):
    """Why a resource could not be made, changed or removed."""


class Resource:
    """What moto's stack holds for a resource type of the table; it asks for these names."""

    def __init__(self, cloud: Cloud, kind: Kind, type_name: str, properties: Mapping[str, Any]) -> None:
        self.kind, self.cf_resource_type, self.properties = kind, type_name, dict(properties)
        self.logical_resource_id = ""
        self._cloud = cloud
        self._found: Mapping[str, Any] = {}

    @property
    def physical_resource_id(self) -> str:
        """The value of Ref."""
        return self.kind.reference(self.kind.expand(self.properties), self._found)

    def get_cfn_attribute(self, name: str) -> Any:
        """The value of GetAtt."""
        if name not in self.kind.attributes:
            raise UnformattedGetAttTemplateException()
        return self._found[self.kind.attributes[name]]

    def is_created(self) -> bool:
        """Creation has waited for the resource to settle."""
        return True

    def create(self, actor: Actor) -> None:
        """Make it and wait until it has settled."""
        unknown = unknown_properties(self.kind, self.properties)
        if unknown:
            raise ResourceFailed(f"Encountered unsupported property {', '.join(unknown)}")
        self._call(actor, self.kind.create, arguments(self.kind, self.kind.create, self.properties))
        self._settle(actor)

    def change(self, actor: Actor, properties: Mapping[str, Any]) -> None:
        """Give it other properties in place, tags by themselves."""
        before, self.properties = self.properties, dict(properties)
        unknown = unknown_properties(self.kind, self.properties)
        if unknown:
            raise ResourceFailed(f"Encountered unsupported property {', '.join(unknown)}")
        if _untagged(before) != _untagged(self.properties):
            if self.kind.update is None:
                raise ResourceFailed("the type cannot be updated in place")
            self._call(actor, self.kind.update, arguments(self.kind, self.kind.update, self.properties))
            self._settle(actor)
        self._retag(actor, _tags(before), _tags(self.properties))

    def _retag(self, actor: Actor, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        tagging = self.kind.tagging
        if tagging is None or before == after:
            return
        place = {tagging.arn: self._found[tagging.described]}
        changed = [{"Key": key, "Value": value} for key, value in after.items() if before.get(key) != value]
        if changed:
            self._call(actor, tagging.tag, {**place, "Tags": changed})
        gone = sorted(set(before) - set(after))
        if gone:
            self._call(actor, tagging.untag, {**place, "TagKeys": gone})

    def remove(self, actor: Actor) -> None:
        """Remove it."""
        identify = self.kind.deletion or self.kind.identity
        try:
            self._call(actor, self.kind.delete, identify(self.properties))
        except ResourceFailed as error:
            if not _GONE.search(str(error)):
                raise

    def with_name(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Properties with the name that CloudFormation gave, if the template gives none."""
        name = self.kind.name
        return {**({name: self.properties[name]} if name and name in self.properties else {}), **properties}

    def needs_replacement(self, properties: Mapping[str, Any]) -> bool:
        """Whether other properties need another resource."""
        given = self.with_name(properties)
        changed = {
            key for key in {*given, *self.properties} if given.get(key) != self.properties.get(key) and key != "Tags"
        }
        return bool(changed) if self.kind.create_only is None else bool(changed & self.kind.create_only)

    def _settle(self, actor: Actor) -> None:
        settling, deadline = self.kind.settling, time.monotonic() + _SECONDS
        while True:
            self._found = self.kind.found(self._call(actor, self.kind.describe, self.kind.identity(self.properties)))
            if not self._found:
                raise ResourceFailed("it is not found again after creation")
            if settling is None:
                return
            status, reason = self._found[settling.status], self._found.get(settling.reason)
            if status in settling.good:
                if self._found.get(settling.reached) != self.properties[settling.reached]:
                    raise ResourceFailed(reason or f"{settling.reached} was not reached")
                return
            if status in settling.bad or time.monotonic() > deadline:
                raise ResourceFailed(reason or f"status {status}")
            time.sleep(0.2)

    def _call(self, actor: Actor, method: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        client = self._cloud.client(actor, self.kind.service)
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


class ResourceClass:
    """What moto's parser asks of a resource type's class."""

    def __init__(self, cloud: Cloud, type_name: str) -> None:
        self.cloud, self.type_name, self.kind = cloud, type_name, KINDS[type_name]

    def has_cfn_attr(self, name: str) -> bool:
        """Whether GetAtt knows an attribute."""
        return name in self.kind.attributes

    def build(self, logical_id: str, properties: Mapping[str, Any]) -> Resource:
        """A resource that is yet to be made, with a name of CloudFormation's where the template gives none."""
        given = dict(properties)
        if self.kind.name:
            given.setdefault(self.kind.name, f"{logical_id[: _NAME_LIMIT - 13]}-{uuid.uuid4().hex[:12]}")
        return Resource(self.cloud, self.kind, self.type_name, given)
