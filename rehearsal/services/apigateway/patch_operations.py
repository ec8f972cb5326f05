"""Changes of API Gateway's resources by patch operations.

Source: Amazon API Gateway REST API Reference, "Patch operations": operations and paths of each resource.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rehearsal.service_model.emulator import Members
from rehearsal.services.apigateway.store import bad_request

# Changes a record by an operation, a path and a value.
Change = Callable[[Members, str, "re.Match[str]", str | None], None]
Paths = Sequence[tuple[str, str, Change]]


def apply(record: Members, operations: Any, paths: Paths) -> None:
    """Apply patch operations in their order. Raises ServiceRefusal for one that the resource does not take."""
    for operation in operations or ():
        op, path, value = operation.get("op"), str(operation.get("path", "")), operation.get("value")
        for pattern, allowed, change in paths:
            match = re.fullmatch(pattern, path)
            if match and op in allowed.split("|"):
                change(record, op, match, value)
                break
        else:
            known = sorted({pattern for pattern, allowed, _ in paths if op in allowed.split("|")})
            raise bad_request(
                f"Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [{', '.join(known)}]"
            )


def plain(member: str, convert: Callable[[str], Any] = str) -> Change:
    """Replaces a member; removes it with `remove`."""

    def change(record: Members, op: str, _: re.Match[str], value: str | None) -> None:
        if op == "remove" or value is None:
            record.pop(member, None)
            return
        try:
            record[member] = convert(value)
        except ValueError:
            raise bad_request(f"Invalid value '{value}' for {member}") from None

    return change


def entry(member: str, convert: Callable[[str], Any] = str) -> Change:
    """Sets or removes one entry of a mapping; the path's group `key` names it."""

    def change(record: Members, op: str, match: re.Match[str], value: str | None) -> None:
        key, held = unescaped(match["key"]), dict(record.get(member) or {})
        if op == "remove":
            held.pop(key, None)
        else:
            held[key] = convert(value or "")
        record[member] = held

    return change


def boolean(text: str) -> bool:
    """A Boolean as patch operations write it."""
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def unescaped(text: str) -> str:
    """A part of a JSON pointer."""
    return text.replace("~1", "/").replace("~0", "~")


def escaped(text: str) -> str:
    """A text as a part of a JSON pointer."""
    return text.replace("~", "~0").replace("/", "~1")


def replacing(changes: Mapping[str, Any]) -> list[dict[str, str]]:
    """Operations that replace members by path."""
    return [{"op": "replace", "path": path, "value": str(value)} for path, value in changes.items()]
