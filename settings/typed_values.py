"""Values as the Pulumi CLI writes them, made what the settings say that they are.

`pulumi config set` and `pulumi stack init` write booleans and numbers as text, and with `--path` a text of digits as a
whole number. Only one spelling of each is taken: `"false"` is false, `"no"` and `"False"` stay text.
Source: pulumi/pulumi, `pulumi config set --help`, and what CLI 3.260 wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from settings.document import KeyPath, Positions
from settings.explain import keys_of, section_of

# As JSON has them, which is how the engine hands numbers over: no leading zero, which would be lost.
WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][-+]?[0-9]{1,2})?")
BOOLEANS = {"true": True, "false": False}


def with_types(section: type[BaseModel], values: Mapping[str, Any], positions: Positions) -> dict[str, Any]:
    """The section's values under its own keys; what is no spelling of the CLI's stays as it is, to be refused."""
    fields = keys_of(section)
    return {
        key: _typed(fields[key].annotation, value, (key,), positions) if key in fields else value
        for key, value in values.items()
    }


def _typed(annotation: Any, value: Any, path: KeyPath, positions: Positions) -> Any:
    section = section_of(annotation)
    if isinstance(value, Mapping) and section:
        fields = keys_of(section)
        return {
            key: _typed(fields[key].annotation, inner, (*path, key), positions) if key in fields else inner
            for key, inner in value.items()
        }
    if isinstance(value, list):
        items = _items_of(annotation)
        return [_typed(items, inner, (*path, index), positions) for index, inner in enumerate(value)]
    if isinstance(value, str):
        return _from_text(_types_of(annotation), value)
    if isinstance(value, int) and not isinstance(value, bool) and _types_of(annotation) == {str}:
        return _digits(value, path, positions)
    return value


def _from_text(types: frozenset[type], text: str) -> Any:
    if str in types:
        return text
    if bool in types and text in BOOLEANS:
        return BOOLEANS[text]
    if int in types and WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if float in types and NUMBER.fullmatch(text):
        return float(text)
    return text


def _digits(number: int, path: KeyPath, positions: Positions) -> Any:
    """Digits without quotes, as `--path` writes them below a section's key, if no digit was lost on the way.

    A stack's own keys have quotes in a file, and are text in what the engine hands over.
    """
    written = positions.get(path)
    lossless = len(path) > 1 and (written is None or written.text == str(number))
    return str(number) if lossless and WHOLE_NUMBER.fullmatch(str(number)) else number


def _types_of(annotation: Any) -> frozenset[type]:
    """The plain types that a value may have."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _types_of(get_args(annotation)[0])
    if origin is Literal:
        return frozenset(_plain(type(choice)) for choice in get_args(annotation))
    if origin in (Union, UnionType):
        parts = [_types_of(part) for part in get_args(annotation) if part is not NoneType]
        return frozenset().union(*parts)
    return frozenset({_plain(annotation)}) if isinstance(annotation, type) else frozenset({tuple})


def _plain(kind: type) -> type:
    return str if issubclass(kind, str) else kind


def _items_of(annotation: Any) -> Any:
    """What the items of a list are; None where the annotation is no list."""
    origin = get_origin(annotation)
    if origin is tuple:
        return get_args(annotation)[0]
    if origin is Annotated:
        return _items_of(get_args(annotation)[0])
    return next((found for part in get_args(annotation) if (found := _items_of(part)) is not None), None)
