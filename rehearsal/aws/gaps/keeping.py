"""State beside a service's own, and the two ways of completing a service: new operations and kept members."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.core.responses import ActionResult

Members = dict[str, Any]


def kept(backend: Any, kind: str) -> dict[str, Members]:
    """Records of one kind in an account and region, by name. They go when the service is reset."""
    store: dict[str, dict[str, Members]] = backend.__dict__.setdefault("_kept", {})
    return store.setdefault(kind, {})


def parameters(response: Any) -> Members:
    """The request's members, as a service of a JSON protocol got them."""
    return dict(json.loads(response.body or "{}"))


def add(owner: type, *methods: Callable[..., Any]) -> None:
    """Give a class methods under their own names; a response class answers the operation so named."""
    for method in methods:
        setattr(owner, method.__name__, method)


def wrap(owner: type, name: str, around: Callable[..., Any]) -> None:
    """Put a function around a method: it is called with the original, then the method's own arguments."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def method(this: Any, *arguments: Any, **named: Any) -> Any:
        return around(original, this, *arguments, **named)

    setattr(owner, name, method)


def completed(answer: Any, members: Mapping[str, Any], into: str = "") -> Any:
    """An answer with members that it lacks. Both kinds of answers: results still to be serialized, and JSON text."""
    if isinstance(answer, ActionResult):
        result = answer.result
        if not isinstance(result, Mapping):
            raise TypeError(f"a result that is no mapping cannot be completed: {type(result).__name__}")
        return ActionResult(_with(result, members, into))
    body, *rest = answer if isinstance(answer, tuple) else (answer,)
    text = json.dumps(_with(json.loads(body or "{}"), members, into))
    return (text, *rest) if rest else text


def _with(result: Mapping[str, Any], members: Mapping[str, Any], into: str) -> Members:
    if into:
        return {**result, into: _with(result.get(into) or {}, members, "")}
    return {**result, **{name: value for name, value in members.items() if result.get(name) in (None, "", {}, [])}}


def pick(members: Mapping[str, Any], names: Iterable[str]) -> Members:
    """Those of the members that are there."""
    return {name: members[name] for name in names if members.get(name) is not None}
