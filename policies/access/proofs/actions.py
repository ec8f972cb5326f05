"""Actions as classes: which actions no statement around a request can tell apart, and one of each.

Statements name actions by text and by patterns that end in `*`. A request's action therefore matters only by which of
those it fits. One action of each class, future ones included, stands for all strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from policies.access.question import Document

# What no AWS action is called: stands for every action that no statement names in full.
NOBODY = "0other"


class NotClassed(ValueError):
    """A pattern with a wildcard that is not its last character: its classes cannot be listed one by one."""


def classes(documents: Iterable[Document], family: Sequence[str]) -> list[str]:
    """One action, in lower case, of each class within `family` (actions or patterns). Raises NotClassed."""
    patterns = sorted({pattern.lower() for document in documents for pattern in _mentioned(document)})
    wanted = tuple(sorted(pattern.lower() for pattern in family))
    return list(_classes(tuple(patterns), wanted))


@lru_cache(maxsize=4096)
def _classes(patterns: tuple[str, ...], family: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in (*patterns, *family):
        if "?" in pattern or "*" in pattern[:-1]:
            raise NotClassed(f"action pattern {pattern!r}: only a * at its end can be proved about")
    candidates = [pattern.removesuffix("*") + NOBODY if pattern.endswith("*") else pattern for pattern in patterns]
    candidates += [pattern.removesuffix("*") + NOBODY if pattern.endswith("*") else pattern for pattern in family]
    found: dict[tuple[bool, ...], str] = {}
    for candidate in sorted(candidates, key=lambda text: (text.endswith(NOBODY), text)):
        if ":" in candidate and any(_fits(pattern, candidate) for pattern in family):
            found.setdefault(tuple(_fits(pattern, candidate) for pattern in patterns), candidate)
    return tuple(found.values())


def _fits(pattern: str, action: str) -> bool:
    return action.startswith(pattern[:-1]) if pattern.endswith("*") else action == pattern


def _mentioned(document: Document) -> Iterable[str]:
    for statement in _listed(document.get("Statement")):
        if isinstance(statement, Mapping):
            for element in ("Action", "NotAction"):
                yield from (re.sub(r"\*+", "*", str(text)) for text in _listed(statement.get(element)))


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
