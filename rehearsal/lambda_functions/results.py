"""How an invocation ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# What AWS answers for more than fits (Lambda Developer Guide, "Lambda quotas").
MAX_RESPONSE_BYTES = 6_291_556


@dataclass(frozen=True)
class InvocationResult:
    """How an invocation ended. `error` is empty, or `Unhandled` where the function failed; `log` is what it printed.

    `version` is the one that ran, `seconds` how long it took.
    """

    payload: Any
    error: str
    log: str
    request_id: str
    version: str = "$LATEST"
    seconds: float = 0.0


class Throttled(Exception):
    """No environment may be started for an invocation; `reason` is AWS's name for the limit."""

    def __init__(self, reason: str) -> None:
        super().__init__("Rate Exceeded.")
        self.reason = reason


class CannotRun(Exception):
    """A function whose environment cannot be started here."""


def failed(kind: str, message: str, request_id: str, log: str = "", version: str = "$LATEST") -> InvocationResult:
    """A function that failed by itself or by its environment."""
    return InvocationResult({"errorType": kind, "errorMessage": message}, "Unhandled", log, request_id, version)
