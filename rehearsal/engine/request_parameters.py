"""Pulumi's property values into an operation's parameters, member by member, nothing dropped."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import Shape

from rehearsal.engine.naming import match, normal
from rehearsal.engine.values import Asset

# Spellings of a pair's two members, as lists of tags, dimensions and attributes have them.
_KEYS = ("key", "tagkey", "name")
_VALUES = ("value", "tagvalue")


class UnknownProperty(Exception):
    """A property that fits no member."""

    def __init__(self, path: str, shape: Shape) -> None:
        super().__init__(f"{path} fits no member of {shape.name}; there are {', '.join(shape.members)}")
        self.path = path


@dataclass(frozen=True)
class Members:
    """Members that spelling alone does not find: Pulumi path → member path within the same structure.

    `about` is the noun of the operation, which a member may have in front (`RoleName` for `name`).
    """

    renamed: Mapping[str, str]
    about: str = ""


def place(shape: Shape, values: Mapping[str, Any], members: Members, prefix: str = "") -> dict[str, Any]:
    """Parameters of a structure. Raises UnknownProperty for a property that no member takes."""
    placed: dict[str, Any] = {}
    for name, value in values.items():
        if value is None:
            continue
        path = prefix + name
        target = members.renamed.get(path) or match(name, shape.members, members.about if not prefix else "")
        if target is None:
            raise UnknownProperty(path, shape)
        if target != "-":
            _put(placed, shape, target.split("."), value, members, path)
    return placed


def _put(into: dict[str, Any], shape: Shape, target: list[str], value: Any, members: Members, path: str) -> None:
    first, *rest = target
    if first not in shape.members:
        raise UnknownProperty(f"{path} (as {first})", shape)
    inner = shape.members[first]
    if not rest:
        converted = convert(inner, value, members, path)
        if isinstance(converted, dict) and isinstance(into.get(first), dict):
            into[first].update(converted)
        else:
            into[first] = converted
    elif inner.type_name == "list":
        elements = into.setdefault(first, [{}])
        _put(elements[0], inner.member, rest, value, members, path)
    elif inner.type_name == "map":
        into.setdefault(first, {})[rest[0]] = convert(inner.value, value, members, path)
    else:
        _put(into.setdefault(first, {}), inner, rest, value, members, path)


def convert(shape: Shape, value: Any, members: Members, path: str) -> Any:
    """One value in the type that the shape wants."""
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, value, members, path)
    if kind == "list":
        return _list(shape, value, members, path)
    if kind == "map":
        if isinstance(value, Mapping):
            return {key: convert(shape.value, inner, members, path) for key, inner in value.items()}
        return value
    return scalar(kind, value)


def scalar(kind: str, value: Any) -> Any:
    """A plain value in one of the protocol's types; what cannot be read as such is left for the check to refuse."""
    if kind in ("string", "character"):
        return _text(value)
    if kind == "blob":
        return value.content if isinstance(value, Asset) else value.encode() if isinstance(value, str) else value
    return _read(kind, value) if isinstance(value, str) else value


def _read(kind: str, text: str) -> Any:
    try:
        if kind == "boolean":
            return {"true": True, "false": False, "enabled": True, "disabled": False}.get(text.lower(), text)
        if kind in ("integer", "long"):
            return int(text)
        return float(text) if kind in ("float", "double") else text
    except ValueError:
        return text


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Asset):
        return base64.b64encode(value.content).decode()
    return value


def _structure(shape: Shape, value: Any, members: Members, path: str) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        return place(shape, value, members, path + ".")
    names = list(shape.members)
    if len(names) == 1:  # ModifyVpcAttribute's {Value: true}, lifecycle's {Rules: […]}
        return {names[0]: convert(shape.members[names[0]], value, members, path)}
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return json.loads(value)
    return value


def _list(shape: Shape, value: Any, members: Members, path: str) -> Any:
    pair = _pair(shape.member)
    if isinstance(value, Mapping) and pair:
        return [
            {pair[0]: key, pair[1]: convert(shape.member.members[pair[1]], inner, members, path)}
            for key, inner in value.items()
        ]
    items = value if isinstance(value, list) else [value]
    return [convert(shape.member, item, members, path) for item in items if item is not None]


def _pair(shape: Shape) -> tuple[str, str] | None:
    if shape.type_name != "structure" or not 2 <= len(shape.members) <= 3:
        return None
    named = {normal(member): member for member in shape.members}
    key = next((named[k] for k in _KEYS if k in named), None)
    value = next((named[v] for v in _VALUES if v in named), None)
    return (key, value) if key and value else None
