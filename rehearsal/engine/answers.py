"""AWS's answers back into Pulumi's properties, and whether they say what the program asked for."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.engine.naming import camel, match, normal

_KEYS = ("key", "tagkey", "name")
_VALUES = ("value", "tagvalue")


def observed(names: Iterable[str], answer: Any, places: Mapping[str, str], about: str) -> dict[str, Any]:
    """Values of the named properties that an answer holds, found by the same spelling rule as the request's."""
    if not isinstance(answer, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name in names:
        value = _at(answer, places[name].split(".")) if name in places else None
        if value is None:
            member = match(name, answer, about)
            value = answer.get(member) if member else None
        if value is not None:
            found[name] = pulumi(value)
    return found


def pulumi(value: Any) -> Any:
    """An API value as Pulumi spells it: camelCase names, tag lists as maps, times as text."""
    if isinstance(value, Mapping) and "Statement" in value:  # IAM's policies come parsed
        return json.dumps(value)
    if isinstance(value, Mapping):
        return {camel(str(k)): pulumi(v) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        pairs = _pairs(value)
        return pairs if pairs is not None else [pulumi(v) for v in value]
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value


def differences(wanted: Any, seen: Any, path: str = "") -> list[str]:
    """Where AWS has something else than the program asked for. What the answer does not speak of is no difference."""
    wanted, seen = _levelled(wanted, seen)
    if isinstance(wanted, Mapping) and isinstance(seen, Mapping):
        found: list[str] = []
        for key, value in wanted.items():
            member = key if key in seen else match(key, tuple(seen))
            if member is not None:
                found += differences(value, seen[member], f"{path}.{key}" if path else key)
        return found
    if isinstance(wanted, list) and isinstance(seen, list):
        return _list_differences(wanted, seen, path)
    if _plain(wanted) == _plain(seen):
        return []
    return [f"{path} is {_short(seen)}, should be {_short(wanted)}"]


def _list_differences(wanted: list[Any], seen: list[Any], path: str) -> list[str]:
    if len(wanted) != len(seen):
        return [f"{path} has {len(seen)} items, should have {len(wanted)}"]
    rest = list(seen)
    for item in wanted:
        like = next((other for other in rest if not differences(item, other)), None)
        if like is None:
            return [f"{path} lacks {_short(item)}"]
        rest.remove(like)
    return []


def _levelled(wanted: Any, seen: Any) -> tuple[Any, Any]:
    """Both sides in one form: JSON texts parsed, single items out of their lists, pairs as maps."""
    wanted, seen = _parsed(wanted), _parsed(seen)
    if isinstance(wanted, list) and len(wanted) == 1 and isinstance(seen, Mapping):
        inner = next(iter(seen.values()), None)
        wanted = wanted if len(seen) == 1 and isinstance(inner, list) else wanted[0]
    if isinstance(seen, list) and len(seen) == 1 and isinstance(wanted, Mapping):
        seen = seen[0]
    if isinstance(seen, Mapping) and len(seen) == 1 and not isinstance(wanted, Mapping):
        seen = next(iter(seen.values()))
    if isinstance(seen, list) and not isinstance(wanted, (list, Mapping)) and len(seen) == 1:
        seen = seen[0]
    return wanted, seen


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).lower()


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _pairs(items: Iterable[Any]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for item in items:
        if not isinstance(item, Mapping) or len(item) != 2:
            return None
        named = {normal(str(member)): value for member, value in item.items()}
        key = next((named[k] for k in _KEYS if k in named), None)
        value = next((named[v] for v in _VALUES if v in named), None)
        if not isinstance(key, str) or not isinstance(value, (str, int, float, bool)):
            return None
        found[key] = value
    return found or None


def _at(answer: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(answer, list):
            answer = answer[0] if answer else None
        answer = answer.get(step) if isinstance(answer, Mapping) else None
        if answer is None:
            return None
    return answer
