"""What an event speaks of: SageMaker's own state changes, and calls that CloudTrail recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.remediator import resource_kinds


class UnknownEvent(ValueError):
    """An event that a rule sent here and that says nothing the remediator understands."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A resource to look at."""

    kind: resource_kinds.ResourceKind
    name: str


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A call that should have been denied, and was not. `what` is an ARN or name, `caller` who called."""

    call: str
    what: str
    caller: str


def read(event: Mapping[str, Any]) -> Subject | Passed | None:
    """What to look at; None for a call that failed. Raises UnknownEvent."""
    detail_type, detail = event.get("detail-type"), event.get("detail")
    if not isinstance(detail, Mapping):
        raise UnknownEvent(f"event {event.get('id')}: it has no detail")
    if detail_type == resource_kinds.CALL:
        return _call(event, detail)
    kind = resource_kinds.BY_DETAIL_TYPE.get(str(detail_type))
    if kind is None:
        raise UnknownEvent(
            f"event {event.get('id')}: detail-type {detail_type!r} is none that the remediator's rules ask for"
        )
    name = detail.get(kind.name) or _from_arn(event, detail, kind)
    if not name:
        raise UnknownEvent(f"event {event.get('id')}: {detail_type} names no {kind.name}")
    return Subject(kind=kind, name=str(name))


def _from_arn(event: Mapping[str, Any], detail: Mapping[str, Any], kind: resource_kinds.ResourceKind) -> str:
    """Name of the resource, from an event that may carry nothing but its ARN, as a model's may.

    Source: SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge".
    """
    arns = [detail.get(kind.arn), *(event.get("resources") or ())]
    mark = f":{kind.resource}/"
    return next((str(arn).partition(mark)[2] for arn in arns if mark in str(arn)), "")


def _call(event: Mapping[str, Any], detail: Mapping[str, Any]) -> Subject | Passed | None:
    call = str(detail.get("eventName"))
    if detail.get("errorCode"):
        return None
    request, response = detail.get("requestParameters") or {}, detail.get("responseElements") or {}
    if call in resource_kinds.BY_CALL:
        kind = resource_kinds.BY_CALL[call]
        # CloudTrail writes members with a small first letter.
        name = request.get(kind.name[0].lower() + kind.name[1:])
        if not name:
            raise UnknownEvent(f"event {event.get('id')}: {call} names no {kind.name}")
        return Subject(kind=kind, name=str(name))
    if call in resource_kinds.DENIED_CALLS:
        arns = [value for value in response.values() if str(value).startswith("arn:")]
        names = [value for key, value in request.items() if key.endswith("Name")]
        what = next(iter([*arns, *names]), "something without a name")
        return Passed(call=call, what=str(what), caller=str((detail.get("userIdentity") or {}).get("arn", "unknown")))
    raise UnknownEvent(f"event {event.get('id')}: call {call} is none that the remediator's rules ask for")
