"""Pydantic's errors as problems of a stack file: in plain words, with the nearest match and the line in the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from catalog.nearest import nearest
from settings.document import KeyPath, Positions, closest_line, dotted
from settings.forms import NotAllowed
from settings.letters import foreign_hint
from settings.problems import SettingsProblem, shown

# By pydantic's error type. Braces name its context; texts end with what the field is for where that helps.
MESSAGES = {
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list, such as [a, b]",
    "string_unicode": "holds something that is no text",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_short": "has {length} characters, at least {min_length} needed",
    "string_too_long": "has {length} characters, at most {max_length} are allowed",
    "too_short": "lists too few, at least {min_length} needed",
    "too_long": "lists too many, at most {max_length} allowed",
}
EXPLAINED = frozenset({"greater_than_equal", "less_than_equal", "too_short", "missing"})
CHOICES = frozenset({"enum", "literal_error"})
SECTIONS = frozenset({"model_type", "model_attributes_type", "dict_type"})

# Settings that a stack had once, and what stands in their place.
REMOVED = {
    "permissionsBoundary": "every role carries the boundary that the account's foundation makes: drop it",
    "deployers": "whoever runs Pulumi here acts as the deployer that the account's foundation makes: list these roles "
    "in deployer.trustedBy of that foundation, and drop it here",
}


def explain(
    error: ValidationError,
    model: type[BaseModel],
    values: Mapping[str, Any],
    source: str,
    positions: Positions,
    others: Mapping[str, type[BaseModel]] | None = None,
) -> list[SettingsProblem]:
    """One problem for each mistake. A key that is missing because it was misspelt is one mistake, and so is a list that
    is too short because an item of it is wrong.

    `others` are the models of files of another kind, by the word for it: a key that one of them reads is told so.
    """
    details = error.errors(include_url=False)
    unknown = {detail["loc"] for detail in details if detail["type"] == "extra_forbidden"}
    meant = {(*loc[:-1], _meant(str(loc[-1]), section_at(model, loc[:-1]))) for loc in unknown}
    inner = {detail["loc"][:end] for detail in details for end in range(1, len(detail["loc"]))}
    follows: Mapping[str, Collection[Any]] = {"missing": meant, "too_short": inner}
    return [
        _problem(detail, model, values, source, positions, others or {})
        for detail in details
        if detail["loc"] not in follows.get(detail["type"], ())
    ]


def section_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    """The section at a path of keys as they are written in a file; list positions are stepped over."""
    section: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, int):
            continue
        field = _field(section, step)
        section = section_of(field.annotation) if field else None
    return section


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The section class within an annotation such as `Alerts | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := section_of(part))), None)


def keys_of(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """The section's fields by the key that a file writes."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def is_text(annotation: Any) -> bool:
    """Whether a file writes the value as one piece of text."""
    if get_origin(annotation) is Annotated:
        return is_text(get_args(annotation)[0])
    if isinstance(annotation, type):
        return issubclass(annotation, str)
    parts = [part for part in get_args(annotation) if part is not type(None)]
    return bool(parts) and all(isinstance(part, str) or is_text(part) for part in parts) and not _is_list(annotation)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is tuple


def _field(section: type[BaseModel] | None, key: str) -> FieldInfo | None:
    return keys_of(section).get(key) if section else None


def _meant(key: str, section: type[BaseModel] | None) -> str | None:
    return nearest(key, keys_of(section)) if section else None


def _problem(
    detail: ErrorDetails,
    model: type[BaseModel],
    values: Mapping[str, Any],
    source: str,
    positions: Positions,
    others: Mapping[str, type[BaseModel]],
) -> SettingsProblem:
    path = _as_written(detail["loc"], model)
    message, allowed, match = _message(detail, model, others)
    return SettingsProblem(
        file=source,
        key=dotted(path),
        given=_given(path, values, positions),
        message=message,
        allowed=allowed,
        nearest=match,
        line=closest_line(positions, path),
    )


def _as_written(path: KeyPath, model: type[BaseModel]) -> KeyPath:
    """The path in a file's keys: pydantic names a default that is wrong by its field."""
    steps: list[str | int] = []
    for step in path:
        section = section_at(model, tuple(steps))
        field = section.model_fields.get(step) if section and isinstance(step, str) else None
        steps.append(field.alias if field and field.alias else step)
    return tuple(steps)


def _given(path: KeyPath, values: Mapping[str, Any], positions: Positions) -> str | None:
    """The value as written; nothing where nothing was written."""
    value: Any = values
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    written = positions.get(path)
    return written.text if written and written.text else shown(value)


def _message(
    detail: ErrorDetails, model: type[BaseModel], others: Mapping[str, type[BaseModel]]
) -> tuple[str, tuple[str, ...], str | None]:
    """Message, what is allowed, nearest match."""
    kind, path, given = detail["type"], detail["loc"], detail["input"]
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(path, model, others)
    if kind in CHOICES:
        pairs = re.findall(r"'((?:[^'\\]|\\.)*)'|(-?\d+)", str(context["expected"]))
        allowed = tuple(text or number for text, number in pairs)
        return f"{_spaced(given)}{_foreign(given)}is none of the allowed values", allowed, nearest(str(given), allowed)
    if kind == "value_error":
        cause = context["error"]
        allowed = tuple(sorted(cause.allowed)) if isinstance(cause, NotAllowed) else ()
        return f"{_spaced(given)}{_foreign(given, str(cause))}{cause}", allowed, nearest(str(given), allowed)
    field = _field(section_at(model, path[:-1]), str(path[-1])) if path else None
    return _plain_message(kind, given, context, field), (), None


def _spaced(given: object) -> str:
    """What begins the message where blanks around a text, which nobody sees, are the mistake or a part of it."""
    around = isinstance(given, str) and given != given.strip()
    return "begins or ends with a space, a tab or the end of a line: drop it; " if around else ""


def _foreign(given: object, message: str = "") -> str:
    """What begins the message where a letter only looks right; nothing where the message names a letter itself."""
    return foreign_hint(given) if isinstance(given, str) and not message.startswith("holds ") else ""


def _plain_message(kind: str, given: object, context: Mapping[str, Any], field: FieldInfo | None) -> str:
    if kind in SECTIONS:
        section = section_of(field.annotation) if field else None
        keys = f": {', '.join(keys_of(section))}" if section else ""
        return f"must be a section with keys of its own{keys}"
    if kind == "missing":
        message = "is missing"
    elif kind == "string_type":
        message = "must be text: put it in quotes" if isinstance(given, int | float) else "must be text"
    else:
        if isinstance(given, str) and kind in {"too_short", "too_long"}:
            kind = f"string_{kind}"
        length = len(given) if isinstance(given, str) else 0
        message = MESSAGES.get(kind, "is not valid here").format_map({"length": length, **context})
    about = field.description if field and kind in EXPLAINED else None
    if not about:
        return message
    start = about[:2] if about[1].isupper() else about[:2].lower()  # AWS stays AWS
    return f"{message}: {start}{about[2:].rstrip('.')}"


def _unknown_key(
    path: KeyPath, model: type[BaseModel], others: Mapping[str, type[BaseModel]]
) -> tuple[str, tuple[str, ...], str | None]:
    key = str(path[-1])
    section = section_at(model, path[:-1])
    keys = keys_of(section) if section else {}
    head, dot, rest = key.partition(".")
    if dot and head in keys:
        return f"write {rest} as a key below {head} (pulumi config set --path {key!r})", (), None
    match = nearest(key, keys)
    elsewhere = None if match else next((keys for keys in _paths(model) if keys[-1] == key), None)
    if elsewhere:
        return f"is not read here: it belongs to {'.'.join(elsewhere)}", (), None
    if match is None and key in REMOVED:
        return f"is not a key that anybody reads any longer, since {REMOVED[key]}", (), None
    of_kinds = [
        f"{'.'.join(keys)} of a {kind} stack"
        for kind, other in others.items()
        for keys in _paths(other)
        if keys[-1] == key
    ]
    if of_kinds and not match:
        return f"is not read here: it is {' or '.join(of_kinds[:3])}", (), None
    return f"{foreign_hint(key)}is not a key that anybody reads", tuple(keys), match


def _paths(section: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for key, field in keys_of(section).items():
        yield (key,)
        inner = section_of(field.annotation)
        if inner:
            yield from ((key, *rest) for rest in _paths(inner))
