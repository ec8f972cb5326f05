"""Resources of types that have handlers, as moto's stacks see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

from policies.access.published.resource_schemas import create_only, property_names, read_only, required
from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.cloudformation.handlers import HANDLERS
from rehearsal.cloudformation.resource_handler import ResourceHandler
from rehearsal.cloudformation.resource_types import typed_like
from rehearsal.cloudformation.resources import GONE, CloudFormationResource, ResourceFailed


class _Context:
    """The stack's role at work on one resource."""

    def __init__(
        self, cloud: Cloud, actor: Actor, logical_id: str, update_policy: Mapping[str, Any], *, rolling_back: bool
    ) -> None:
        self._cloud, self._actor = cloud, actor
        self.account, self.region = actor.account, actor.region
        self.logical_id, self.update_policy, self.rolling_back = logical_id, update_policy, rolling_back

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """Call an API. Raises ResourceFailed."""
        client = self._cloud.client(self._actor, service)
        try:
            answer: dict[str, Any] = getattr(client, operation)(**typed_like(client, operation, arguments))
        except ClientError as error:
            raise ResourceFailed(logs.refused(error)) from None
        except BotoCoreError as error:
            raise ResourceFailed(" ".join(str(error).split())) from None
        return answer

    def wait(self, seconds: float) -> None:
        """Wait on the service clock. Raises ResourceFailed where it is closed."""
        if not self._cloud.clock.wait(seconds):
            raise ResourceFailed("the rehearsal ended")

    def fail(self, reason: str) -> Exception:
        """Why a resource failed."""
        return ResourceFailed(reason)


class HandledResource(CloudFormationResource):
    """A resource of a type with a handler. `properties` hold the template's, `given_back` CloudFormation's own."""

    def __init__(self, cloud: Cloud, handler: ResourceHandler, properties: Mapping[str, Any], logical_id: str) -> None:
        self.handler, self.cf_resource_type, self.properties = handler, handler.type_name, dict(properties)
        self.logical_resource_id = logical_id
        self.update_policy: Mapping[str, Any] = {}
        self.given_back: Mapping[str, Any] = {}
        self.made = False
        self._cloud = cloud

    @property
    def physical_resource_id(self) -> str:
        """The value of Ref."""
        return self.handler.reference({**self.properties, **self.given_back})

    def get_cfn_attribute(self, name: str) -> Any:
        """The value of GetAtt."""
        more = self.handler.more_attributes.get(name)
        if more is not None:
            return more({**self.properties, **self.given_back})
        if name in read_only(self.cf_resource_type) and name in self.given_back:
            return self.given_back[name]
        raise UnformattedGetAttTemplateException()

    def create(self, actor: Actor) -> None:
        """Create the resource. Raises ResourceFailed."""
        self._require_properties()
        self.given_back = dict(self.handler.create(self._context(actor), self.properties))
        self.made = True

    def update(self, actor: Actor, properties: Mapping[str, Any], *, rolling_back: bool = False) -> None:
        """Change the resource in place. Raises ResourceFailed; then the properties are still those of before."""
        before, self.properties = self.properties, dict(properties)
        try:
            self._require_properties()
            if self.handler.update is None:
                raise ResourceFailed("the type cannot be updated in place")
            context = self._context(actor, rolling_back=rolling_back)
            back = self.handler.update(context, {**before, **self.given_back}, {**self.properties, **self.given_back})
        except ResourceFailed:
            self.properties = before
            raise
        self.given_back = {**self.given_back, **back}

    def remove(self, actor: Actor) -> None:
        """Delete the resource; one that is gone already counts as deleted. Raises ResourceFailed."""
        if not self.made:
            return
        try:
            self.handler.delete(self._context(actor), {**self.properties, **self.given_back})
        except ResourceFailed as error:
            if not GONE.search(str(error)):
                raise

    def with_name(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Properties with the name that CloudFormation gave, if the template gives none."""
        name = self.handler.name
        return {**({name: self.properties[name]} if name and name in self.properties else {}), **properties}

    def needs_replacement(self, properties: Mapping[str, Any]) -> bool:
        """Whether these properties need a replacement."""
        after = self.with_name(properties)
        changed = {key for key in {*after, *self.properties} if after.get(key) != self.properties.get(key)}
        return self.handler.update is None or bool(changed & set(create_only(self.cf_resource_type)))

    def _context(self, actor: Actor, *, rolling_back: bool = False) -> _Context:
        return _Context(self._cloud, actor, self.logical_resource_id, self.update_policy, rolling_back=rolling_back)

    def _require_properties(self) -> None:
        unknown = sorted(
            set(self.properties) - (property_names(self.cf_resource_type) - read_only(self.cf_resource_type))
        )
        if unknown:
            raise ResourceFailed(f"Encountered unsupported property {', '.join(unknown)}")
        missing = sorted(required(self.cf_resource_type) - set(self.properties))
        if missing:
            raise ResourceFailed(f"Model validation failed (#: required key [{missing[0]}] not found)")


class HandledResourceClass:
    """A type with a handler, as moto's parser expects its class."""

    def __init__(self, cloud: Cloud, type_name: str) -> None:
        self.cloud, self.type_name, self.handler = cloud, type_name, HANDLERS[type_name]

    def has_cfn_attr(self, name: str) -> bool:
        """Whether GetAtt knows an attribute."""
        return name in read_only(self.type_name) or name in self.handler.more_attributes

    def build(self, logical_id: str, properties: Mapping[str, Any]) -> HandledResource:
        """A resource that is yet to be made, with a name of CloudFormation's where the template gives none."""
        named = dict(properties)
        if self.handler.name:
            named.setdefault(self.handler.name, f"{logical_id[: self.handler.name_limit - 13]}-{uuid.uuid4().hex[:12]}")
        return HandledResource(self.cloud, self.handler, named, logical_id)
