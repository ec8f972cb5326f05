"""Results derived from policy documents, computed once: the same few documents are asked about again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

Derived = TypeVar("Derived")
_MAX_ENTRIES = 50_000


class DocumentCache(Generic[Derived]):
    """Results by the document's identity: change a copy, never a document that was asked about.

    The document is kept beside its result, so that its id() is not given to another object.
    """

    def __init__(self) -> None:
        self._entries: dict[tuple[int, Hashable], tuple[Mapping[str, Any], Derived]] = {}

    def of(self, document: Mapping[str, Any], use: Hashable, derive: Callable[[], Derived]) -> Derived:
        """The result for this very object and use, computed by `derive` the first time. A full cache is emptied."""
        key = id(document), use
        entry = self._entries.get(key)
        if entry is None:
            derived = derive()
            if len(self._entries) >= _MAX_ENTRIES:
                self._entries.clear()
            entry = self._entries[key] = document, derived
        return entry[1]

    def clear(self) -> None:
        """Forget every result."""
        self._entries.clear()
