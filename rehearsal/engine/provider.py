"""Create, read, update and delete one resource, as its row of the table says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jmespath

from rehearsal.engine import schema
from rehearsal.engine.answers import differences, observed, pulumi
from rehearsal.engine.calls import Caller, Refused, carries, parameters
from rehearsal.engine.invocation import Invocations
from rehearsal.engine.naming import noun
from rehearsal.engine.placing import Places, convert
from rehearsal.engine.state import Resource
from rehearsal.engine.strict import operation
from rehearsal.engine.table import INVOCATION, row_of
from rehearsal.engine.table.row import Call, Read, Row, filled
from rehearsal.engine.table.tagging import BY_SERVICE

# Properties that every type has and no call carries: where it lives, and its tags, which have calls of their own.
_COMMON = frozenset({"region", "tags", "tagsAll"})


class Provider:
    """The table at work."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.invocations = Invocations(caller)

    def create(self, resource: Resource) -> None:
        """Make the resource; sets its id and outputs. Raises Refused; what was made by then has its id."""
        if resource.type == INVOCATION:
            self.invocations.create(resource)
            return
        row = row_of(resource)
        values = {k: v for k, v in resource.inputs.items() if k not in _COMMON and k not in row.ignored}
        later = {name for call in row.then for name in call.takes or ()}
        resource.outputs = {**resource.inputs}
        call = _with_tags(row, resource)
        first = {k: v for k, v in values.items() if k not in later}
        sent = parameters(row, row.create, resource, first) | call
        answer = self._tolerant(resource, row, row.create, sent)
        self._identify(row, resource, answer)
        for then in row.then:
            given = {k: values[k] for k in then.takes or () if k in values}
            if (given or not then.takes) and (then.when is None or then.when(resource.known())):
                self._call(row, then, resource, given)
        if not call and resource.inputs.get("tagsAll"):
            self._tag(row, resource, {}, resource.inputs["tagsAll"])
        self._complete(row, resource)

    def plan(self, resource: Resource, changed: Iterable[str]) -> str:
        """`update` or `replace`, for the names of the properties that changed."""
        if resource.type == INVOCATION:
            return self.invocations.plan(resource, set(changed))
        row = row_of(resource)
        for name in changed:
            if name in row.ignored or name in ("tags", "tagsAll"):
                continue
            if name == "region" or name in row.replaces or not self._updaters(row, name):
                return "replace"
        return "update"

    def update(self, resource: Resource, inputs: Mapping[str, Any], changed: Iterable[str]) -> None:
        """Make AWS say what the new inputs say; sets inputs and outputs."""
        if resource.type == INVOCATION:
            self.invocations.update(resource, inputs)
            return
        row, before = row_of(resource), dict(resource.inputs)
        resource.inputs = dict(inputs)
        resource.outputs = {k: v for k, v in resource.outputs.items() if k not in before} | resource.inputs
        done: list[Call] = []
        for name in changed:
            for call in self._updaters(row, name):
                if call not in done:
                    done.append(call)
                    self._send_update(row, call, resource, before)
        if before.get("tagsAll") != inputs.get("tagsAll"):
            self._tag(row, resource, before.get("tagsAll") or {}, inputs.get("tagsAll") or {})
        self._complete(row, resource)

    def read(self, resource: Resource) -> dict[str, Any] | None:
        """What AWS has under the resource's id: Pulumi properties, or None where it has nothing."""
        if resource.type == INVOCATION:
            return {} if self.invocations.exists(resource) else None
        row = row_of(resource)
        seen = self._read(row, row.read, resource)
        if seen is None:
            return None
        for read in row.also:
            seen |= self._read(row, read, resource) or {}
        return seen

    def drift(self, resource: Resource) -> str | None:
        """Why the resource is not what the state says; None where it is."""
        seen = self.read(resource)
        if seen is None:
            return "not found"
        if resource.type == INVOCATION:
            return None
        row = row_of(resource)
        wanted = {k: v for k, v in resource.inputs.items() if k not in row.ignored and k not in row.unread}
        wanted.pop("tags", None)
        return "; ".join(differences(wanted, {k: v for k, v in seen.items() if k in wanted})) or None

    def delete(self, resource: Resource) -> None:
        """Remove it; that it is gone already is no error."""
        if resource.type == INVOCATION:
            self.invocations.delete(resource)
            return
        row = row_of(resource)
        if row.before_delete is not None:
            row.before_delete(lambda name, sent: self.caller.send(resource, row.service, name, sent), resource.known())
        for call in row.delete:
            if call.when is not None and not call.when(resource.known()):
                continue
            try:
                self._call(row, call, resource, {})
            except Refused as refused:
                if not refused.says_gone and refused.code not in call.tolerates:
                    raise

    # ---- parts

    def _updaters(self, row: Row, name: str) -> list[Call]:
        return [call for call in (*row.then, *row.update) if carries(row, call, name)]

    def _send_update(self, row: Row, call: Call, resource: Resource, before: Mapping[str, Any]) -> None:
        given = {k: v for k, v in resource.inputs.items() if k not in _COMMON and carries(row, call, k)}
        off = call.when is not None and not call.when(resource.known())
        if off or (not given and call.unset is not None):
            if call.unset is not None:
                self._call(row, call.unset, resource, {})
            return
        values = {k: v for k, v in given.items() if k not in call.lists}
        extra: dict[str, Any] = {}
        for name, (add, remove) in call.lists.items():
            old, new = set(before.get(name) or ()), set(resource.inputs.get(name) or ())
            extra |= {member: sorted(items) for member, items in ((add, new - old), (remove, old - new)) if items}
        self._call(row, call, resource, values, extra)

    def _call(
        self,
        row: Row,
        call: Call,
        resource: Resource,
        values: Mapping[str, Any],
        extra: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        return self._tolerant(resource, row, call, {**parameters(row, call, resource, values), **(extra or {})})

    def _tolerant(self, resource: Resource, row: Row, call: Call, sent: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self.caller.send(resource, row.service, call.operation, sent)
        except Refused as refused:
            if refused.code in call.tolerates:
                return {}
            raise

    def _identify(self, row: Row, resource: Resource, answer: Mapping[str, Any]) -> None:
        if "{" in row.id and "[?" not in row.id:
            resource.id = str(filled(row.id, {**resource.known(), **_flat(answer)}))
        else:
            resource.id = str(jmespath.search(row.id, answer) or "")
        if not resource.id:
            raise Refused(resource, row.create.operation, "NoId", f"the answer has no {row.id}: {answer}")
        about = noun(row.create.operation)
        inner = next((v for v in answer.values() if isinstance(v, Mapping)), {}) if len(answer) == 1 else answer
        known = observed(schema.outputs(resource.type), inner, {}, about)
        resource.outputs = {**known, **resource.outputs}
        self._give(row, resource, answer)

    def _give(self, row: Row, resource: Resource, answer: Mapping[str, Any]) -> None:
        for name, source in row.gives.items():
            if isinstance(source, str) and "{" not in source:
                value = pulumi(jmespath.search(source, answer))
                if value is not None:
                    resource.outputs[name] = value
        self._give_texts(row, resource)

    def _complete(self, row: Row, resource: Resource) -> None:
        """Outputs that only a read gives."""
        self._give_texts(row, resource)
        if "region" in schema.outputs(resource.type):
            resource.outputs["region"] = resource.region
        wanted = {name for name in schema.outputs(resource.type) if name not in resource.outputs} - _COMMON
        for read in () if row.told else (row.read, *row.also):
            if wanted and (not read.only_gives or wanted & set(read.gives)):
                seen = self._read(row, read, resource) or {}
                resource.outputs.update({name: seen[name] for name in wanted if seen.get(name) is not None})
                wanted -= set(seen)
        self._give_texts(row, resource)

    def _give_texts(self, row: Row, resource: Resource) -> None:
        for name, source in row.gives.items():
            if not isinstance(source, str):
                resource.outputs[name] = source(resource.known())
            elif "{" in source:
                resource.outputs[name] = filled(source, resource.known())

    def _read(self, row: Row, read: Read, resource: Resource) -> dict[str, Any] | None:
        try:
            answer = self._call(row, read, resource, {})
        except Refused as refused:
            if refused.says_gone:
                return None
            raise
        part = jmespath.search(filled(read.at, resource.known()), answer)
        if part is None or part is False or part == [] or (read.gone and jmespath.search(read.gone, part)):
            return None
        found = {}
        if not read.only_gives:
            found = observed(schema.outputs(resource.type), part, row.create.places, noun(row.create.operation))
        for name, path in read.gives.items():
            value = pulumi(jmespath.search(filled(path, resource.known()), part))
            if value is not None:
                found[name] = value
        return found

    def _tag(self, row: Row, resource: Resource, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        how = row.tagging or BY_SERVICE[row.service]
        about = row.tag_type or noun(row.create.operation)
        gone = sorted(set(before) - set(after))
        if gone and not (how.whole and after):
            name = how.untag.format(noun=about)
            self._call(row, Call(operation=name, fills={**how.fills, **_untagged(row, name, gone)}), resource, {})
        if after and after != before:
            call = Call(operation=how.tag.format(noun=about), fills=how.fills, places=how.places)
            self._call(row, call, resource, {"tags": dict(after)})


def _untagged(row: Row, name: str, keys: list[str]) -> dict[str, Any]:
    """The part of an untagging call that says which: keys, or for EC2 pairs without values."""
    members = operation(row.service, name).input_shape.members
    member = next((m for m in members if m.lower() in ("tagkeys", "keys")), None)
    if member:
        return {member: keys}
    return {"Tags": [{"Key": key} for key in keys]} if "Tags" in members else {"tags": []} if "tags" in members else {}


def _with_tags(row: Row, resource: Resource) -> dict[str, Any]:
    """The creating call's tag member, where it has one: `Tags`, `TagList`, or EC2's `TagSpecifications`."""
    tags: Mapping[str, str] = resource.inputs.get("tagsAll") or {}
    shape = operation(row.service, row.create.operation).input_shape
    if not tags or shape is None:
        return {}
    if "TagSpecifications" in shape.members and row.tag_type:
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {"TagSpecifications": [{"ResourceType": row.tag_type, "Tags": pairs}]}
    member = next((m for m in shape.members if m.lower() in ("tags", "taglist")), None)
    if member is None:
        return {}
    return {member: convert(shape.members[member], dict(tags), Places({}), "tags")}


def _flat(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if isinstance(value, (str, int))}
