"""Lambda: where a function's failed asynchronous invocations go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.awslambda.models import LambdaFunction

from rehearsal.aws.gaps.keeping import wrap

_MEMBER = "DeadLetterConfig"


def install() -> None:
    """Complete the service."""
    wrap(LambdaFunction, "__init__", _init)
    wrap(LambdaFunction, "get_configuration", _shown)
    wrap(LambdaFunction, "update_configuration", _updated)


def _init(
    original: Callable[..., Any], this: Any, account_id: str, spec: Mapping[str, Any], *more: Any, **named: Any
) -> None:
    original(this, account_id, spec, *more, **named)
    this.dead_letter_config = spec.get(_MEMBER)


def _shown(original: Callable[..., Any], this: Any, *more: Any, **named: Any) -> dict[str, Any]:
    found: dict[str, Any] = original(this, *more, **named)
    letters = getattr(this, "dead_letter_config", None)
    return {**found, _MEMBER: letters} if letters else found


def _updated(original: Callable[..., Any], this: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    if _MEMBER in changes:
        this.dead_letter_config = changes[_MEMBER]
    answer: dict[str, Any] = original(this, changes)
    return answer
