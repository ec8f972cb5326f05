"""State beside moto's own, and answers completed by members that moto drops: what patches of services need."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.core.responses import ActionResult

Members = dict[str, Any]


def records(backend: Any, kind: str) -> dict[str, Members]:
    """Records of one kind in an account and region, by name. They go when the service is reset."""
    store: dict[str, dict[str, Members]] = backend.__dict__.setdefault("_records", {})
    return store.setdefault(kind, {})


def parameters(response: Any) -> Members:
    """The request's members, as a service of a JSON protocol got them."""
    return dict(json.loads(response.body or "{}"))


def completed(answer: Any, members: Mapping[str, Any], into: str = "") -> Any:
    """An answer with members that it lacks. Both kinds of answers: results still to be serialized, and JSON text."""
    if isinstance(answer, ActionResult):
        result = answer.result
        if not isinstance(result, Mapping):
            raise TypeError(f"a result that is no mapping cannot be completed: {type(result).__name__}")
        return ActionResult(_completed(result, members, into))
    body, *rest = answer if isinstance(answer, tuple) else (answer,)
    text = json.dumps(_completed(json.loads(body or "{}"), members, into))
    return (text, *rest) if rest else text


def _completed(result: Mapping[str, Any], members: Mapping[str, Any], into: str) -> Members:
    if into:
        return {**result, into: _completed(result.get(into) or {}, members, "")}
    return {**result, **{name: value for name, value in members.items() if result.get(name) in (None, "", {}, [])}}


def pick(members: Mapping[str, Any], names: Iterable[str]) -> Members:
    """The members that are set."""
    return {name: members[name] for name in names if members.get(name) is not None}


# ---- services that moto lacks


class RecordNotFound(Exception):
    """A service that moto lacks has no such record."""


class ServiceRefusal(Exception):
    """A service that moto lacks refuses a request, with its own error code and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.status = code, status


@dataclass(frozen=True)
class ServiceRecords:
    """What services that moto lacks keep in one account and region, by kind and name. They find and do nothing."""

    account: str
    region: str
    by_kind: dict[str, dict[str, Members]] = field(default_factory=dict)

    def all(self, kind: str) -> dict[str, Members]:
        """Records of a kind by name, to be changed."""
        return self.by_kind.setdefault(kind, {})

    def get(self, kind: str, name: str) -> Members:
        """A record, to be changed. Raises RecordNotFound."""
        if name not in self.all(kind):
            raise RecordNotFound(f"{kind} {name} does not exist")
        return self.all(kind)[name]

    def update(self, kind: str, name: str, members: Mapping[str, Any]) -> Members:
        """Set members of a record; an empty answer. Raises RecordNotFound."""
        self.get(kind, name).update(members)
        return {}

    def delete(self, kind: str, name: str) -> Members:
        """Remove a record; an empty answer. Raises RecordNotFound."""
        self.get(kind, name)
        del self.all(kind)[name]
        return {}

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


# Answers an operation of a service that moto lacks: records, the request's members → the answer's members.
EmulatedOperation = Callable[[ServiceRecords, Mapping[str, Any]], Members]


def timestamp() -> str:
    """Now, as REST APIs write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
