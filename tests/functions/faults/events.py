"""Events of another shape than the function expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_OTHERS: Mapping[str, Any] = {
    "none": None,
    "a number": 7,
    "an empty text": "",
    "a text with a line break": "a\nb",
    "a long text": "x" * 5000,
    "an empty list": [],
    "a list": [{"a": 1}],
    "an empty object": {},
    "an object": {"a": {"b": 1}},
}


def malformed(event: Any) -> Iterator[tuple[str, Any]]:
    """The event with each of its parts, itself included, left out or replaced."""
    for path in _paths(event, ()):
        name = ".".join(map(str, path)) or "the event"
        if path:
            yield f"{name} left out", _changed(event, path, None, leave_out=True)
        for what, value in _OTHERS.items():
            yield f"{name} is {what}", _changed(event, path, value)


def _paths(value: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield above
    steps = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from _paths(inner, (*above, step))


def _changed(value: Any, path: tuple[Any, ...], new: Any, *, leave_out: bool = False) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    if len(path) == 1 and leave_out:
        del copy[path[0]]
    else:
        copy[path[0]] = _changed(value[path[0]], path[1:], new, leave_out=leave_out)
    return copy
