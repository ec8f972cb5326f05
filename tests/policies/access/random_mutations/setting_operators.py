"""Operators on what is no policy: guards loosened, references swapped, tags changed, resources added."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.policies.access.mutations.mutation import Record
from tests.policies.access.random_mutations.additions import ADDITIONS
from tests.policies.access.random_mutations.guards import GUARDS, LEFT_OUT, Guard
from tests.policies.access.random_mutations.random_mutation import RandomMutation, with_property
from tests.policies.access.random_mutations.vocabulary import FOREIGN, Vocabulary, as_document

# Properties that name nothing: what is called so, and what people read.
_NOT_REFERENCES = re.compile(
    r"^(tags|tagsAll|description|alarmDescription|name|statementId|targetPrefix|input)\b|Descr"
)
# Types that give nothing and guard nothing, whatever they name.
_VIEWS = (":Group", ":Parameter", ":Invocation")
_TRIES = 1000
Path = tuple[str | int, ...]


@dataclass
class SettingMutations:
    """Draws mutations of settings of the records."""

    records: Sequence[Record]
    words: Vocabulary
    _guarded: list[tuple[Guard, list[Record]]] = field(default_factory=list)
    _named: dict[str, list[tuple[Record, Path, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Sequence[Record], words: Vocabulary) -> SettingMutations:
        """All settings of the records."""
        found = cls(records, words)
        by_type: dict[str, list[Record]] = {}
        for record in records:
            if str(record["type"]).startswith("aws:") and not str(record["type"]).endswith(_VIEWS):
                by_type.setdefault(record["type"].rpartition(":")[2], []).append(record)
        found._guarded = [(guard, by_type[guard.type]) for guard in GUARDS if guard.type in by_type]
        for kind, many in by_type.items():
            named = [(one, path, text) for one in many for path, text in _references(one, words)]
            if named:
                found._named[kind] = named
        return found

    def draw(self, rng: random.Random, number: int) -> RandomMutation:
        """One mutation of a setting."""
        operators = (self._loosened, self._loosened, self._referring, self._added, self._tagged)
        for _ in range(_TRIES):
            found = rng.choice(operators)(rng, number)
            if found is not None and found.before != found.after:
                return found
        raise LookupError("no operator applies to any setting")

    def _loosened(self, rng: random.Random, number: int) -> RandomMutation | None:
        guard, records = rng.choice(self._guarded)
        record, value = rng.choice(records), rng.choice(guard.looser)
        path = _concrete(rng, record["inputs"], guard.path) if guard.path else ()
        if path is None:
            return None
        changed = _with(record, path, value) if path else None
        operator = "drop_resource" if not path else "drop_property" if value is LEFT_OUT else "loosen_property"
        return _mutation(number, operator, record, path, value, changed, guard.what)

    def _referring(self, rng: random.Random, number: int) -> RandomMutation | None:
        record, path, text = rng.choice(self._named[rng.choice(sorted(self._named))])
        others = [FOREIGN, *self.words.accounts]
        named = [(one, other) for one in self.words.accounts for other in others if one in text and one != other]
        named += [(one, other) for one in self.words.projects for other in self.words.projects if one in text]
        named = [(one, other) for one, other in named if one != other]
        old, new = rng.choice(named)
        value = text.replace(old, new)
        what = "reference outside" if new == FOREIGN else "reference to what belongs to another project or account"
        return _mutation(number, "swap_reference", record, path, value, _with(record, path, value), what)

    def _tagged(self, rng: random.Random, number: int) -> RandomMutation | None:
        tagged = [one for one in self.records if (one.get("inputs") or {}).get("tags")]
        record = rng.choice(tagged)
        tag = rng.choice(sorted(record["inputs"]["tags"]))
        known = sorted({str(one["inputs"]["tags"][tag]) for one in tagged if tag in one["inputs"]["tags"]})
        others = [one for one in known if one != record["inputs"]["tags"][tag]]
        if tag == "Name" or not others:
            return None
        value = rng.choice(others)
        changed = record
        for name in ("tags", "tagsAll"):
            changed = _with(changed, (name, tag), value)
        what = f"the tag {tag}, by which access is decided, says something else"
        return _mutation(number, "swap_tag", record, ("tags", tag), value, changed, what)

    def _added(self, rng: random.Random, number: int) -> RandomMutation | None:
        addition = rng.choice(ADDITIONS)
        near = [one for one in self.records if one["type"].endswith(f":{addition.near}")]
        record = rng.choice(near)
        outputs = {**(record.get("outputs") or {}), **record["inputs"], "id": record["id"]}
        properties = addition.properties(outputs, rng.choice(self.words.roles))
        name = f"added-{number}"
        added = {
            **copy.deepcopy(record),
            "type": addition.type,
            "name": name,
            "id": name,
            "urn": f"{record['urn'].rsplit('::', 2)[0]}::{addition.type}::{name}",
            "inputs": properties,
            "outputs": {**properties, **addition.outputs(properties)},
        }
        return RandomMutation(
            number=number,
            operator="add_resource",
            stack=record["stack"],
            type=addition.type,
            name=name,
            path=f"beside {record['name']}",
            before=None,
            after=properties,
            changed=record,
            urn=record["urn"],
            guards=addition.what,
            added=added,
        )


def _mutation(
    number: int, operator: str, record: Record, path: Path, value: object, changed: Record | None, what: str
) -> RandomMutation:
    return RandomMutation(
        number=number,
        operator=operator,
        stack=record["stack"],
        type=record["type"],
        name=record["name"],
        path=".".join(map(str, path)) or "the whole",
        before=_at(record["inputs"], path) if path else record["inputs"],
        after=None if value is LEFT_OUT else value,
        changed=changed,
        urn=record["urn"],
        guards=what,
    )


def _references(record: Record, words: Vocabulary) -> Iterator[tuple[Path, str]]:
    """Texts of a resource that name an account or a project, beside its own name and its policies."""
    own = {str(record.get("id")), str((record.get("outputs") or {}).get("arn"))}
    for path, text in _texts((), record.get("inputs") or {}):
        if _NOT_REFERENCES.search(str(path[0])) or as_document(text) or (text in own and len(path) == 1):
            continue
        if any(name in text for name in (*words.accounts, *words.projects)):
            yield path, text


def _texts(path: Path, value: object) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts((*path, key), inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts((*path, number), inner)


def _concrete(rng: random.Random, properties: Any, path: str) -> Path | None:
    """A path with a number for each `[]`; None where there is none. Its last step may be missing."""
    found: list[str | int] = []
    value = properties
    steps = path.split(".")
    for number, step in enumerate(steps):
        name, _, of_list = step.partition("[")
        last = number == len(steps) - 1
        if not isinstance(value, dict) or (name not in value and not (last and not of_list)):
            return None
        found.append(name)
        value = value.get(name)
        if of_list:
            if not isinstance(value, list) or not value:
                return None
            found.append(rng.randrange(len(value)))
            value = value[int(found[-1])]
    return tuple(found)


def _at(properties: Any, path: Path) -> Any:
    for step in path:
        try:
            properties = properties[step]
        except (KeyError, IndexError, TypeError):
            return None
    return properties


def _with(record: Record, path: Path, value: object) -> Record:
    """A copy with another value at a path, or without it, in inputs and outputs alike."""
    inputs = copy.deepcopy(record["inputs"])
    parents, last = path[:-1], path[-1]
    parent: Any = _at(inputs, parents)
    if value is LEFT_OUT:
        if isinstance(parent, list):
            del parent[int(last)]
        else:
            parent.pop(last, None)
    else:
        parent[last] = value
    first = str(path[0])
    if first not in inputs:
        changed = copy.deepcopy(record)
        for part in ("inputs", "outputs"):
            (changed.get(part) or {}).pop(first, None)
        return changed
    return with_property(record, first, inputs[first])
