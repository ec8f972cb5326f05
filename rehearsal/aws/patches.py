"""Replacing methods of the in-memory services while a context lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_ABSENT = object()


class Patches:
    """Methods set on classes, and what was there before."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Set an attribute until `undo`."""
        self._before.append((owner, name, owner.__dict__.get(name, _ABSENT)))
        setattr(owner, name, value)

    def wrap(self, owner: Any, name: str, around: Callable[..., Any]) -> None:
        """Replace a method by `around(original, self, *arguments)`."""
        original = getattr(owner, name)

        def method(this: Any, *arguments: Any, **named: Any) -> Any:
            return around(original, this, *arguments, **named)

        self.set(owner, name, method)

    def undo(self) -> None:
        """Put everything back, last first."""
        while self._before:
            owner, name, value = self._before.pop()
            if value is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
