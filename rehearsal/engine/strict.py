"""Strict checks of a request against botocore's service models: what AWS would refuse and the in-memory AWS takes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from botocore.model import OperationModel, ServiceModel, Shape
from moto.core.utils import get_service_model
from pydantic_core import SchemaError

from settings.patterns import matcher

# Java's classes of characters, as near as Python's `re` can say them inside brackets: for expressions that are too
# large for `settings.patterns.matcher`, which knows them as they are.
_CLASSES = {
    "L": "a-zA-Z\u00aa-\u1fff\u2c00-\ufefc",
    "Ll": "a-z\u00df-\u00ff",
    "Lu": "A-Z\u00c0-\u00de",
    "N": "0-9\u0660-\u0669",
    "Nd": "0-9\u0660-\u0669",
    "M": "\u0300-\u036f",
    "P": "!-/:-@\\[-`{-~\u2010-\u2027",
    "S": "$+<->^`|~",
    "Z": "\\s",
    "Zs": " \u00a0",
    "ASCII": "\\x00-\\x7f",
    "Alnum": "a-zA-Z0-9",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Lower": "a-z",
    "Upper": "A-Z",
    "Space": "\\s",
    "Punct": "!-/:-@\\[-`{-~",
    "Graph": "!-~",
    "Print": "\\x20-\\x7e",
}
_PROPERTY = re.compile(r"\\p\{(?:Is|javaSpaceChar|)?(\w+)\}|\\p([LNMPSZ])")
_SURROGATES = re.compile(r"\\u[dD]8[0-9a-fA-F]{2}\\u[dD][cC]00-\\u[dD][bB][fF]{2}\\u[dD][fF]{3}")


@dataclass(frozen=True)
class Problem:
    """One thing that AWS would refuse: the member's path, the value, and what is allowed there."""

    member: str
    value: Any
    allowed: str

    def __str__(self) -> str:
        text = repr(self.value)
        return f"{self.member} is {text if len(text) <= 120 else text[:117] + '…'}: {self.allowed}"


@cache
def service(name: str) -> ServiceModel:
    """botocore's model of a service."""
    return get_service_model(name)  # the one that the in-memory AWS has read already


@cache
def operation(service_name: str, name: str) -> OperationModel:
    """botocore's model of one operation."""
    return service(service_name).operation_model(name)


def check(shape: Shape, value: Any, member: str = "") -> Iterator[Problem]:
    """Everything in a value that the shape does not allow. Missing and unknown members included."""
    kind = shape.type_name
    if kind == "structure":
        yield from _structure(shape, value, member)
    elif kind == "list":
        if not isinstance(value, (list, tuple)):
            yield Problem(member, value, "must be a list")
            return
        yield from _size(shape, len(value), member, value, "items")
        for index, item in enumerate(value):
            yield from check(shape.member, item, f"{member}[{index}]")
    elif kind == "map":
        yield from _map(shape, value, member)
    else:
        yield from _scalar(shape, value, member)


def _structure(shape: Shape, value: Any, member: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(member, value, f"must be a structure of {', '.join(shape.members) or 'no members'}")
        return
    dot = f"{member}." if member else ""
    for name in shape.required_members:
        if name not in value and not shape.members[name].metadata.get("idempotencyToken"):
            yield Problem(dot + name, None, "is required")
    for name, inner in value.items():
        if name not in shape.members:
            yield Problem(dot + name, inner, f"is no member; there are {', '.join(shape.members)}")
        elif inner is not None:
            yield from check(shape.members[name], inner, dot + name)


def _map(shape: Shape, value: Any, member: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(member, value, "must be a map")
        return
    yield from _size(shape, len(value), member, value, "entries")
    for key, inner in value.items():
        yield from check(shape.key, key, f"{member} key")
        yield from check(shape.value, inner, f"{member}[{key}]")


_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int, Decimal),
    "double": (float, int, Decimal),
    "blob": (bytes, str),
}


def _scalar(shape: Shape, value: Any, member: str) -> Iterator[Problem]:
    kind = shape.type_name
    wanted = _PYTHON.get(kind)
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean")):
        yield Problem(member, value, f"must be a {kind}")
        return
    if kind == "string":
        yield from _text(shape, value, member)
    elif kind in ("integer", "long", "float", "double"):
        yield from _size(shape, value, member, value, "")
    elif kind == "blob":
        yield from _size(shape, len(value), member, f"{len(value)} bytes", "bytes")


def _text(shape: Shape, value: str, member: str) -> Iterator[Problem]:
    allowed = getattr(shape, "enum", None) or []
    if allowed and value not in allowed:
        listing = ", ".join(allowed) if len(allowed) <= 40 else f"{', '.join(allowed[:40])}, …"
        yield Problem(member, value, f"allowed are {listing}")
        return
    yield from _size(shape, len(value), member, value, "characters")
    pattern = shape.metadata.get("pattern")
    matches = compiled(pattern) if pattern else None
    if matches and not matches(value):
        yield Problem(member, value, f"must match {pattern}")


def _size(shape: Shape, size: float, member: str, value: Any, unit: str) -> Iterator[Problem]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield Problem(member, value, f"at least {low} {unit}".rstrip())
    if high is not None and size > high:
        yield Problem(member, value, f"at most {high} {unit}".rstrip())


@cache
def compiled(pattern: str) -> Callable[[str], bool] | None:
    """Whether a whole text matches a model's pattern (Java's dialect); None where it cannot be read here."""
    text = _SURROGATES.sub(lambda _: "\\U00010000-\\U0010ffff", pattern)
    with suppress(SchemaError, re.error):
        if "\\p" in text:
            return matcher(text)
    text = _PROPERTY.sub(lambda m: _class(text, m), text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expression = re.compile(text, re.DOTALL)
    except re.error:
        return None
    return lambda value: expression.fullmatch(value) is not None


def _class(text: str, match: re.Match[str]) -> str:
    characters = _CLASSES.get(match[1] or match[2], "\\w")
    before = text[: match.start()]
    inside = before.count("[") - before.count("\\[") > before.count("]") - before.count("\\]")
    return characters if inside else f"[{characters}]"
