"""What is made of documents, made once: the same few are asked about again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")
_MOST = 50_000


class Remembered(Generic[Made]):
    """What was made of a document, for as long as it lives: alter a copy, never a document that was asked about.

    The document is kept beside what was made of it, so that its number stays its own.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[int, Hashable], tuple[Mapping[str, Any], Made]] = {}

    def of(self, document: Mapping[str, Any], use: Hashable, make: Callable[[], Made]) -> Made:
        """What was made of this very object for a use, or what `make` makes now. When full it starts anew."""
        key = id(document), use
        known = self._made.get(key)
        if known is None:
            made = make()
            if len(self._made) >= _MOST:
                self._made.clear()
            known = self._made[key] = document, made
        return known[1]

    def clear(self) -> None:
        """Forget everything."""
        self._made.clear()
