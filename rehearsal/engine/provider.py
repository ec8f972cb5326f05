"""Create, read, update and delete one resource, as its resource type says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import jmespath

from rehearsal.engine import schema
from rehearsal.engine.answers import differences, observed, pulumi
from rehearsal.engine.calls import DeployerClients, Refused, carries, parameters
from rehearsal.engine.invocation import Invocations
from rehearsal.engine.naming import noun
from rehearsal.engine.request_parameters import Members, convert
from rehearsal.engine.state import Resource
from rehearsal.engine.steps import step, updaters
from rehearsal.engine.strict import operation
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, filled
from rehearsal.service_model.tag_limits import tags_at_most
from rehearsal.service_model.tagging import TagOperations
from rehearsal.services import invocations, resource_types, services

# Properties that every type has and no call carries: where it lives, and its tags, which have calls of their own.
_COMMON = frozenset({"region", "tags", "tagsAll"})

# The provider tries for ever; whatever is not empty by then will not be.
_EMPTYINGS = 5


class Provider:
    """Resource types at work: what the Pulumi AWS provider does, against the in-memory AWS."""

    def __init__(self, caller: DeployerClients) -> None:
        self.caller = caller
        self.invocations = Invocations(caller)

    def create(self, resource: Resource) -> None:
        """Make the resource; sets its id and outputs. Raises Refused; what was made by then has its id."""
        if resource.type in invocations():
            self.invocations.create(resource)
            return
        resource_type = resource_types()[resource.type]
        _require_few_tags(resource)
        values = {k: v for k, v in resource.inputs.items() if k not in _COMMON and k not in resource_type.not_sent}
        later = {name for call in resource_type.after_create for name in call.properties or ()}
        resource.outputs = {**resource.inputs}
        call = _with_tags(resource_type, resource)
        first = {k: v for k, v in values.items() if k not in later}
        sent = parameters(resource_type, resource_type.create, resource, first) | call
        answer = self._tolerant(resource, resource_type, resource_type.create, sent)
        self._identify(resource_type, resource, answer)
        for then in resource_type.after_create:
            given = {k: values[k] for k in then.properties or () if k in values}
            if (given or not then.properties) and (then.condition is None or then.condition(resource.values())):
                self._call(resource_type, then, resource, given)
        if not call and resource.inputs.get("tagsAll"):
            self._tag(resource_type, resource, {}, resource.inputs["tagsAll"])
        self._complete(resource_type, resource)

    def plan(self, resource: Resource, changed: Iterable[str]) -> str:
        """`update` or `replace`, for the names of the properties that changed."""
        return step(resource.type, resource.inputs, changed)

    def update(self, resource: Resource, inputs: Mapping[str, Any], changed: Iterable[str]) -> None:
        """Make AWS say what the new inputs say; sets inputs and outputs."""
        if resource.type in invocations():
            self.invocations.update(resource, inputs)
            return
        resource_type, before = resource_types()[resource.type], dict(resource.inputs)
        resource.inputs = dict(inputs)
        _require_few_tags(resource)
        resource.outputs = {k: v for k, v in resource.outputs.items() if k not in before} | resource.inputs
        done: list[ApiCall] = []
        for name in changed:
            for call in updaters(resource_type, name):
                if call not in done:
                    done.append(call)
                    self._send_update(resource_type, call, resource, before)
        if before.get("tagsAll") != inputs.get("tagsAll"):
            self._tag(resource_type, resource, before.get("tagsAll") or {}, inputs.get("tagsAll") or {})
        if resource_type.read.only_outputs:  # such as a lock token: of before the update
            resource.outputs = {k: v for k, v in resource.outputs.items() if k not in resource_type.read.outputs}
        self._complete(resource_type, resource)

    def read(self, resource: Resource) -> dict[str, Any] | None:
        """What AWS has under the resource's id: Pulumi properties, or None where it has nothing."""
        if resource.type in invocations():
            return {} if self.invocations.exists(resource) else None
        resource_type = resource_types()[resource.type]
        seen = self._read(resource_type, resource_type.read, resource)
        if seen is None:
            return None
        for read in resource_type.more_reads:
            seen |= self._read(resource_type, read, resource) or {}
        return seen

    def drift(self, resource: Resource) -> str | None:
        """Why the resource is not what the state says; None where it is."""
        seen = self.read(resource)
        if seen is None:
            return "not found"
        if resource.type in invocations():
            return None
        resource_type = resource_types()[resource.type]
        wanted = {
            k: v
            for k, v in resource.inputs.items()
            if k not in resource_type.not_sent and k not in resource_type.not_compared
        }
        wanted.pop("tags", None)
        return "; ".join(differences(wanted, {k: v for k, v in seen.items() if k in wanted})) or None

    def delete(self, resource: Resource) -> None:
        """Remove it; that it is gone already is no error."""
        if resource.type in invocations():
            self.invocations.delete(resource)
            return
        resource_type = resource_types()[resource.type]
        if resource_type.before_delete is not None and not resource_type.not_empty_error:
            self._empty(resource_type, resource)
        for call in resource_type.delete:
            if call.condition is not None and not call.condition(resource.values()):
                continue
            try:
                self._call(resource_type, call, resource, {})
            except Refused as refused:
                if resource_type.not_empty_error == refused.code:
                    self._delete_emptied(resource_type, call, resource)
                elif not refused.means_gone and refused.code not in call.tolerated_errors:
                    raise

    # ---- parts

    def _delete_emptied(self, resource_type: ResourceType, call: ApiCall, resource: Resource) -> None:
        """Empty and delete, again where something came in between: the provider tries until it is gone
        (terraform-provider-aws, internal/service/s3/bucket.go)."""
        for attempt in range(_EMPTYINGS, 0, -1):
            self._empty(resource_type, resource)
            try:
                self._call(resource_type, call, resource, {})
            except Refused as refused:
                if attempt == 1 or refused.code != resource_type.not_empty_error:
                    raise
            else:
                return

    def _empty(self, resource_type: ResourceType, resource: Resource) -> None:
        if resource_type.before_delete is not None:
            resource_type.before_delete(partial(self.caller.send, resource, resource_type.service), resource.values())

    def _send_update(
        self, resource_type: ResourceType, call: ApiCall, resource: Resource, before: Mapping[str, Any]
    ) -> None:
        given = {k: v for k, v in resource.inputs.items() if k not in _COMMON and carries(resource_type, call, k)}
        off = call.condition is not None and not call.condition(resource.values())
        if off or (not given and call.unset is not None):
            if call.unset is not None:
                self._call(resource_type, call.unset, resource, {})
            return
        values = {k: v for k, v in given.items() if k not in call.list_members}
        extra: dict[str, Any] = {}
        for name, (add, remove) in call.list_members.items():
            old, new = set(before.get(name) or ()), set(resource.inputs.get(name) or ())
            extra |= {member: sorted(items) for member, items in ((add, new - old), (remove, old - new)) if items}
        self._call(resource_type, call, resource, values, extra)

    def _call(
        self,
        resource_type: ResourceType,
        call: ApiCall,
        resource: Resource,
        values: Mapping[str, Any],
        extra: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        return self._tolerant(
            resource, resource_type, call, {**parameters(resource_type, call, resource, values), **(extra or {})}
        )

    def _tolerant(
        self, resource: Resource, resource_type: ResourceType, call: ApiCall, sent: Mapping[str, Any]
    ) -> dict[str, Any]:
        try:
            return self.caller.send(resource, resource_type.service, call.operation, sent)
        except Refused as refused:
            if refused.code in call.tolerated_errors:
                return {}
            raise

    def _identify(self, resource_type: ResourceType, resource: Resource, answer: Mapping[str, Any]) -> None:
        if "{" in resource_type.id and "[?" not in resource_type.id:
            resource.id = str(filled(resource_type.id, {**resource.values(), **_flat(answer)}))
        else:
            resource.id = str(jmespath.search(resource_type.id, answer) or "")
        if not resource.id:
            raise Refused(
                resource, resource_type.create.operation, "NoId", f"the answer has no {resource_type.id}: {answer}"
            )
        about = noun(resource_type.create.operation)
        inner = next((v for v in answer.values() if isinstance(v, Mapping)), {}) if len(answer) == 1 else answer
        found = observed(schema.outputs(resource.type), inner, {}, about)
        resource.outputs = {**found, **resource.outputs}
        self._set_outputs(resource_type, resource, answer)

    def _set_outputs(self, resource_type: ResourceType, resource: Resource, answer: Mapping[str, Any]) -> None:
        for name, source in resource_type.outputs.items():
            if isinstance(source, str) and "{" not in source:
                value = pulumi(jmespath.search(source, answer))
                if value is not None:
                    resource.outputs[name] = value
        self._fill_output_templates(resource_type, resource)

    def _complete(self, resource_type: ResourceType, resource: Resource) -> None:
        """Outputs that only a read gives."""
        self._fill_output_templates(resource_type, resource)
        if "region" in schema.outputs(resource.type):
            resource.outputs["region"] = resource.region
        wanted = {name for name in schema.outputs(resource.type) if name not in resource.outputs} - _COMMON
        for read in (resource_type.read, *resource_type.more_reads) if resource_type.read_after_create else ():
            if wanted and (not read.only_outputs or wanted & set(read.outputs)):
                seen = self._read(resource_type, read, resource) or {}
                resource.outputs.update({name: seen[name] for name in wanted if seen.get(name) is not None})
                wanted -= set(seen)
        self._fill_output_templates(resource_type, resource)

    def _fill_output_templates(self, resource_type: ResourceType, resource: Resource) -> None:
        for name, source in resource_type.outputs.items():
            if not isinstance(source, str):
                resource.outputs[name] = source(resource.values())
            elif "{" in source:
                resource.outputs[name] = filled(source, resource.values())

    def _read(self, resource_type: ResourceType, read: ReadCall, resource: Resource) -> dict[str, Any] | None:
        try:
            answer = self._call(resource_type, read, resource, {})
        except Refused as refused:
            if refused.means_gone:
                return None
            raise
        part = jmespath.search(filled(read.path, resource.values()), answer)
        if (
            part is None
            or part is False
            or part == []
            or (read.deleted_when and jmespath.search(read.deleted_when, part))
        ):
            return None
        found = {}
        if not read.only_outputs:
            found = observed(
                schema.outputs(resource.type), part, resource_type.create.members, noun(resource_type.create.operation)
            )
        for name, path in read.outputs.items():
            value = pulumi(jmespath.search(filled(path, resource.values()), part))
            if value is not None:
                found[name] = value
        return found

    def _tag(
        self, resource_type: ResourceType, resource: Resource, before: Mapping[str, str], after: Mapping[str, str]
    ) -> None:
        operations = resource_type.tagging or services()[resource_type.service].tagging or TagOperations()
        about = resource_type.tag_resource_type or noun(resource_type.create.operation)
        gone = sorted(set(before) - set(after))
        if gone and not (operations.replaces_all and after):
            name = operations.untag.format(noun=about)
            self._call(
                resource_type,
                ApiCall(operation=name, parameters={**operations.parameters, **_untagged(resource_type, name, gone)}),
                resource,
                {},
            )
        if after and after != before:
            call = ApiCall(
                operation=operations.tag.format(noun=about),
                parameters=operations.parameters,
                members=operations.members,
            )
            self._call(resource_type, call, resource, {"tags": dict(after)})


def _untagged(resource_type: ResourceType, name: str, keys: list[str]) -> dict[str, Any]:
    """The part of an untagging call that says which: keys, or for EC2 pairs without values."""
    members = operation(resource_type.service, name).input_shape.members
    member = next((m for m in members if m.lower() in ("tagkeys", "keys")), None)
    if member:
        return {member: keys}
    return {"Tags": [{"Key": key} for key in keys]} if "Tags" in members else {"tags": []} if "tags" in members else {}


def _require_few_tags(resource: Resource) -> None:
    refused = tags_at_most(resource.type, len(resource.inputs.get("tagsAll") or ()))
    if refused:
        raise Refused(resource, resource.type, "TooManyTags", refused)


def _with_tags(resource_type: ResourceType, resource: Resource) -> dict[str, Any]:
    """The creating call's tag member, where it has one: `Tags`, `TagList`, or EC2's `TagSpecifications`."""
    tags: Mapping[str, str] = resource.inputs.get("tagsAll") or {}
    shape = operation(resource_type.service, resource_type.create.operation).input_shape
    if not tags or shape is None:
        return {}
    if "TagSpecifications" in shape.members and resource_type.tag_resource_type:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {"TagSpecifications": [{"ResourceType": resource_type.tag_resource_type, "Tags": pairs}]}
    member = next((m for m in shape.members if m.lower() in ("tags", "taglist")), None)
    if member is None:
        return {}
    return {member: convert(shape.members[member], dict(tags), Members({}), "tags")}


def _flat(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if isinstance(value, (str, int))}
