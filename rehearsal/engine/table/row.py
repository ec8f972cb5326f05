"""What a row of the table says: which AWS calls make, find, change and remove one Pulumi type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.engine.table.tagging import Tagging

_NAMED = re.compile(r"\{(\w+)\}")

Values = Mapping[str, Any]
# Sends an operation of the row's service with parameters.
Send = Callable[[str, Values], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation and what fills its parameters.

    - `takes`: the properties that it carries; None for all that fit by spelling.
    - `places`: property path → member path where spelling does not tell; "-" where no member is needed.
    - `fills`: member path → constant, or a text such as "{id}" filled from the resource. Required members that are
      left over are filled from the resource by spelling.
    - `unset`: the call made when the properties are taken away, or `when` no longer holds.
    - `lists`: property → the members that add to and take from a list.
    - `tolerates`: error codes that mean it is already so.
    - `shapes`: rewrites the properties where AWS's form differs by more than names.
    - `when`: whether to call at all, by the resource's values.
    - `defaults`: property path → what the real provider sends where the program says nothing.
    """

    operation: str
    takes: tuple[str, ...] | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    fills: Mapping[str, Any] = field(default_factory=dict)
    unset: Call | None = None
    lists: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    tolerates: tuple[str, ...] = ()
    shapes: Callable[[Values, Values], Values] | None = None
    when: Callable[[Values], bool] | None = None
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Read(Call):
    """A call that finds the resource. `at` is a JMESPath into the answer (filled like `fills`), None there: missing.

    `gives`: property → JMESPath below `at`, where spelling does not tell. `gone`: a JMESPath below `at` that is true
    of what AWS still shows but has deleted.
    """

    at: str = "@"
    gives: Mapping[str, str] = field(default_factory=dict)
    gone: str = ""
    only_gives: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one Pulumi type is kept in AWS. A changed property that no `then` or `update` call takes is a replacement.

    `id`: JMESPath into the creating call's answer, or a text with "{property}". `name`: the property that the engine
    names when the program does not. `gives`: output → text with "{property}", JMESPath into the creating answer,
    or a function of the resource's values.
    `replaces`: properties that an update call carries but cannot change. `ignored`: property → why it is not sent.
    `told`: inputs, the creating answer and `gives` are all outputs there are: no read after creation.
    `unread`: property → why AWS's answer about it is not compared. `before_delete` empties what AWS wants empty.
    """

    type: str
    service: str
    create: Call
    read: Read
    delete: tuple[Call, ...]
    id: str
    then: tuple[Call, ...] = ()
    update: tuple[Call, ...] = ()
    also: tuple[Read, ...] = ()
    name: str = ""
    gives: Mapping[str, str | Callable[[Values], Any]] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    ignored: Mapping[str, str] = field(default_factory=dict)
    tag_type: str = ""
    told: bool = False
    tagging: Tagging | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    before_delete: Callable[[Send, Values], None] | None = None


def filled(text: Any, known: Values) -> Any:
    """A constant with its "{property}" parts filled. A text that is one part alone keeps the value's type."""
    if isinstance(text, str):
        whole = _NAMED.fullmatch(text)
        if whole:
            return known.get(whole[1])
        return _NAMED.sub(lambda m: str(known.get(m[1], "")), text)
    if isinstance(text, Mapping):
        return {key: filled(value, known) for key, value in text.items()}
    if isinstance(text, (list, tuple)):
        return [filled(value, known) for value in text]
    return text


def put(operation: str, **more: Any) -> dict[str, Any]:
    """The `create` and `update` of a type whose one operation does both."""
    call = Call(operation=operation, **more)
    return {"create": call, "update": (call,)}


def with_defaults(values: Values, defaults: Values) -> dict[str, Any]:
    """Properties with the provider's defaults; one inside a structure only where that structure is given."""
    result = dict(values)
    for path, default in defaults.items():
        first, _, rest = path.partition(".")
        inner = result.get(first)
        if not rest:
            result[first] = default if inner is None else inner
        elif isinstance(inner, list):
            result[first] = [
                with_defaults(item, {rest: default}) if isinstance(item, Mapping) else item for item in inner
            ]
        elif isinstance(inner, Mapping):
            result[first] = with_defaults(inner, {rest: default})
    return result
