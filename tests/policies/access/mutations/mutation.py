"""A mutation: one edit of one captured resource, and the checks that must notice it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A resource as `resources.json` holds it, and a statement of a policy in it.
Record = dict[str, Any]
Statement = dict[str, Any]
Edit = Callable[[Record], None]
# Origin Pulumi's types keep a policy.
POLICY_PROPERTIES = ("policy", "assumeRolePolicy", "resourcePolicy")


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """`edit` changes the resource of this stack, type (its last part) and name, and nothing else.

    `noticed_by` are the checks that must notice it: `proof:<theorem>`, `absence:<id>`, `matrix:<section>`, `rule:<id>`,
    `grant`, `size`, `action`, `rehearsal`, `unread`, and `refused` where the export is not read at all.
    """

    id: str
    what: str
    stack: str
    type: str
    name: str
    edit: Edit
    noticed_by: frozenset[str]

    @property
    def where(self) -> str:
        """The resource, as the table shows it."""
        return f"{self.stack}: {self.type} {self.name}"

    def applied(self, records: Sequence[Record]) -> list[Record]:
        """The records with the edit. Raises LookupError where not exactly one resource is meant, or it stays equal."""
        found = [index for index, record in enumerate(records) if self._is_target(record)]
        if len(found) != 1:
            raise LookupError(f"{self.id}: {len(found)} resources are {self.where}")
        changed = copy.deepcopy(records[found[0]])
        self.edit(changed)
        if changed == records[found[0]]:
            raise LookupError(f"{self.id}: {self.where} does not change")
        return [*records[: found[0]], changed, *records[found[0] + 1 :]]

    def _is_target(self, record: Record) -> bool:
        kind = str(record["type"])
        plain = kind.startswith("aws:") and kind.endswith(f":{self.type}")
        return plain and (record["stack"], record["name"]) == (self.stack, self.name)


@dataclass(frozen=True, kw_only=True)
class PlantedResource(Mutation):
    """A resource more, of this stack, whole type and name: `edit` gives it its properties."""

    @property
    def where(self) -> str:
        """The resource, as the table shows it."""
        return f"{self.stack}: {self.type.rpartition(':')[2]} {self.name}, planted"

    def applied(self, records: Sequence[Record]) -> list[Record]:
        """The records with one more."""
        urn = f"urn:pulumi:{self.stack}::mlops-platform::{self.type}::{self.name}"
        record: Record = {"stack": self.stack, "urn": urn, "type": self.type, "name": self.name, "custom": True}
        self.edit(record)
        return [*records, record]


def checks(*ids: str) -> frozenset[str]:
    """Checks by id."""
    return frozenset(ids)


def setting(**properties: Any) -> Edit:
    """Properties set to other values."""

    def edit(record: Record) -> None:
        for part in ("inputs", "outputs"):
            record[part] = {**(record.get(part) or {}), **properties}

    return edit


def without_property(name: str) -> Edit:
    """A property left out."""

    def edit(record: Record) -> None:
        for part in ("inputs", "outputs"):
            (record.get(part) or {}).pop(name, None)

    return edit


def both(first: Edit, second: Edit) -> Edit:
    """Two edits of one resource."""

    def edit(record: Record) -> None:
        first(record)
        second(record)

    return edit


def statements(change: Callable[[list[Statement]], list[Statement]]) -> Edit:
    """The resource's policy with other statements."""

    def edit(record: Record) -> None:
        (name,) = [prop for prop in POLICY_PROPERTIES if record["inputs"].get(prop)]
        document = json.loads(record["inputs"][name])
        document["Statement"] = change(document["Statement"])
        setting(**{name: json.dumps(document)})(record)

    return edit


def dropped(sid: str) -> Edit:
    """The policy without a statement."""
    return statements(lambda found: [one for one in found if one["Sid"] != _require(sid, found)])


def added(sid: str, **elements: Any) -> Edit:
    """The policy with a statement more, an Allow where `elements` do not say otherwise."""
    return statements(lambda found: [*found, {"Sid": sid, "Effect": "Allow", **elements}])


def changed(sid: str, **elements: Any) -> Edit:
    """A statement with other elements; one that is None is left out."""

    def change(found: list[Statement]) -> list[Statement]:
        _require(sid, found)
        return [_with(one, elements) if one["Sid"] == sid else one for one in found]

    return statements(change)


def listed(sid: str, element: str, change: Callable[[list[str]], list[str]]) -> Edit:
    """A statement with a list changed: `Action`, `Resource` …"""

    def edit(found: list[Statement]) -> list[Statement]:
        _require(sid, found)
        return [
            {**one, element: change(one[element] if isinstance(one[element], list) else [one[element]])}
            if one["Sid"] == sid
            else one
            for one in found
        ]

    return statements(edit)


def less(*left_out: str) -> Callable[[list[str]], list[str]]:
    """A list without some texts."""
    return lambda texts: [text for text in texts if text not in left_out]


def more(*texts: str) -> Callable[[list[str]], list[str]]:
    """A list with some texts more."""
    return lambda found: [*found, *texts]


def condition(sid: str, change: Callable[[dict[str, dict[str, Any]]], Mapping[str, Any]]) -> Edit:
    """A statement with another condition; an empty one is left out."""

    def edit(found: list[Statement]) -> list[Statement]:
        _require(sid, found)
        return [
            _with(one, {"Condition": change(copy.deepcopy(one.get("Condition", {}))) or None})
            if one["Sid"] == sid
            else one
            for one in found
        ]

    return statements(edit)


def unless(operator: str, key: str, value: Any) -> Callable[[dict[str, dict[str, Any]]], Mapping[str, Any]]:
    """One more condition."""
    return lambda found: {**found, operator: {**found.get(operator, {}), key: value}}


def lacking(*keys: str) -> Callable[[dict[str, dict[str, Any]]], Mapping[str, Any]]:
    """A condition without some keys."""

    def change(found: dict[str, dict[str, Any]]) -> Mapping[str, Any]:
        kept = {
            operator: {key: value for key, value in pairs.items() if key not in keys}
            for operator, pairs in found.items()
        }
        return {operator: pairs for operator, pairs in kept.items() if pairs}

    return change


def _require(sid: str, found: Sequence[Statement]) -> str:
    if sid not in [one.get("Sid") for one in found]:
        raise LookupError(f"no statement is called {sid}: {', '.join(str(one.get('Sid')) for one in found)}")
    return sid


def _with(one: Statement, elements: Mapping[str, Any]) -> Statement:
    return {key: value for key, value in {**one, **elements}.items() if value is not None}
