"""What an event speaks of: SageMaker's own state changes, and calls that CloudTrail recorded."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from functions.remediator import resource_kinds

# botocore's model of SageMaker: names of jobs, endpoints, models and notebook instances.
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_SHOWN = 200


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


def read(event: object, denied_calls: Collection[str]) -> Subject | Passed | None:
    """What to look at; None for a call that failed. `denied_calls` are those that nobody may make.

    Raises UnknownEvent.
    """
    if not isinstance(event, Mapping):
        raise UnknownEvent(f"an event is an object, not {_shown(event)}")
    identity, detail_type, detail = _shown(event.get("id")), event.get("detail-type"), event.get("detail")
    if not isinstance(detail, Mapping):
        raise UnknownEvent(f"event {identity}: it has no detail")
    if detail_type == resource_kinds.CALL:
        return _call(identity, detail, denied_calls)
    kind = resource_kinds.BY_DETAIL_TYPE.get(detail_type) if isinstance(detail_type, str) else None
    if kind is None:
        raise UnknownEvent(
            f"event {identity}: detail-type {_shown(detail_type)} is none that the remediator's rules ask for"
        )
    name = _name(detail.get(kind.name)) or _from_arn(event, detail, kind)
    if not name:
        raise UnknownEvent(f"event {identity}: {detail_type} names no {kind.name}")
    return Subject(kind=kind, name=name)


def _from_arn(event: Mapping[str, Any], detail: Mapping[str, Any], kind: resource_kinds.ResourceKind) -> str:
    """Name of the resource, from an event that may carry nothing but its ARN, as a model's may.

    Source: SageMaker Developer Guide, "Events that Amazon SageMaker AI sends to Amazon EventBridge".
    """
    listed = event.get("resources")
    arns = [detail.get(kind.arn), *(listed if isinstance(listed, list) else ())]
    mark = f":{kind.resource}/"
    return next((_name(arn.partition(mark)[2]) for arn in arns if isinstance(arn, str) and mark in arn), "")


def _name(value: object) -> str:
    """A name as SageMaker gives them, and nothing that it would refuse to describe; else an empty text."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def _call(identity: str, detail: Mapping[str, Any], denied_calls: Collection[str]) -> Subject | Passed | None:
    call = detail.get("eventName")
    if detail.get("errorCode"):
        return None
    request, response = _members(detail, "requestParameters"), _members(detail, "responseElements")
    if isinstance(call, str) and call in denied_calls:
        arns = [value for value in response.values() if isinstance(value, str) and value.startswith("arn:")]
        names = [value for key, value in request.items() if key.endswith("Name")]
        what = next(iter([*arns, *names]), "something without a name")
        caller = _members(detail, "userIdentity").get("arn", "unknown")
        return Passed(call=str(call), what=_plain(what), caller=_plain(caller))
    if not isinstance(call, str) or call not in resource_kinds.BY_CALL:
        raise UnknownEvent(f"event {identity}: call {_shown(call)} is none that the remediator's rules ask for")
    kind = resource_kinds.BY_CALL[call]
    # CloudTrail writes members with a small first letter.
    name = _name(request.get(kind.name[0].lower() + kind.name[1:]))
    if not name:
        raise UnknownEvent(f"event {identity}: {call} names no {kind.name}")
    return Subject(kind=kind, name=name)


def _members(detail: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside the detail; an empty one where there is none: a call that came through is told all the same."""
    found = detail.get(name)
    return found if isinstance(found, Mapping) else {}


def _plain(value: object) -> str:
    """The value on one line of a message, cut where it is long."""
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _shown(value: object) -> str:
    """The value in quotation marks, on one line of a log, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
