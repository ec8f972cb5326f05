"""What differs between two values, property by property, down to a policy's statements. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.compare.drawn_ids import DRAWN

# What tells the members of a list apart, where they are objects.
_NAMES = ("Sid", "Key", "key", "name", "Name", "id", "Id")
# tagsAll repeats tags; the engine adds it.
_REPEATED = {"tagsAll": "tags"}


@dataclass(frozen=True)
class Difference:
    """A property that is not what it was; None is a property that is not there."""

    path: str
    before: Any
    after: Any

    @property
    def top(self) -> str:
        """The resource's own property that the path begins with."""
        return self.path.split(".")[0].split("[")[0]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every difference of two resources' properties, by path. What tags alone explain is told once."""
    found = [
        difference for name in sorted({*before, *after}) for difference in _of(name, before.get(name), after.get(name))
    ]
    told = {difference.path for difference in found}
    return [difference for difference in found if not (difference.top in _REPEATED and _as_tags(difference) in told)]


def _as_tags(difference: Difference) -> str:
    return _REPEATED[difference.top] + difference.path.removeprefix(difference.top)


def _of(path: str, before: Any, after: Any) -> Iterator[Difference]:
    before, after = _document(before), _document(after)
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from _of(f"{path}.{name}", before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(path, before, after)
    elif isinstance(before, list | str) and isinstance(after, list | str) and list in (type(before), type(after)):
        # A policy may hold one text where another holds a list of them.
        yield from _of_lists(path, *([each] if isinstance(each, str) else each for each in (before, after)))
    else:
        yield Difference(path, before, after)


def _of_lists(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Difference]:
    old, new = _by_name(before), _by_name(after)
    if old is not None and new is not None:
        for name in dict.fromkeys([*old, *new]):
            yield from _of(f"{path}[{name}]", old.get(name), new.get(name))
        if list(old) != list(new) and sorted(old) == sorted(new):
            yield Difference(f"{path} (order)", list(old), list(new))
        return
    gone = [each for each in before if each not in after]
    come = [each for each in after if each not in before]
    if not gone and not come:
        # Sets of drawn ids are in the order of their drawing.
        if len(before) != len(after) or not any(DRAWN in each for each in before if isinstance(each, str)):
            yield Difference(f"{path} (order)", list(before), list(after))
        return
    if len(gone) == len(come) == 1 and isinstance(gone[0], Mapping) and isinstance(come[0], Mapping):
        yield from _of(f"{path}[{before.index(gone[0])}]", gone[0], come[0])
        return
    yield from (Difference(path, each, None) for each in gone)
    yield from (Difference(path, None, each) for each in come)


def _by_name(values: Sequence[Any]) -> dict[str, Any] | None:
    """Members by the name that tells them apart; None where nothing does."""
    for key in _NAMES:
        if all(isinstance(each, Mapping) and isinstance(each.get(key), str) for each in values):
            named = {each[key]: each for each in values}
            return named if len(named) == len(values) else None
    return None


def _document(value: Any) -> Any:
    """A JSON document that a property holds as text, such as a policy; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
