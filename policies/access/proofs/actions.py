"""Classes of actions: which actions no statement around a request can distinguish, and one of each.

Statements name actions by text and by patterns. A request's action therefore matters only by which of those it fits:
one action of each class, future ones included, stands for all strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product

from policies.access.authorization import Document
from policies.access.document_cache import DocumentCache
from policies.access.graph.policy_documents import as_list, statements

# What no AWS action is called: stands for every text that no statement names.
OTHER = "0other"
# An expression that fits no text at all.
_NEVER = r"(?!)"


def action_classes(documents: Iterable[Document], family: Sequence[str]) -> list[str]:
    """One action, in lower case, of each class within `family` (actions or patterns)."""
    patterns = sorted({pattern for document in documents for pattern in _named(document)})
    return list(_classes(tuple(patterns), tuple(sorted(pattern.lower() for pattern in family))))


def may_be_allowed(documents: Iterable[Document], action: str) -> bool:
    """Whether any Allow speaks of an action (in lower case), by text or by leaving it out of a NotAction."""
    return any(_allowed(document).fullmatch(action) for document in documents)


def _allowed(document: Document) -> re.Pattern[str]:
    """One expression for every action that an Allow of the document could speak of."""
    return _ALLOWED.of(document, None, lambda: _read_allowed(document))


def _read_allowed(document: Document) -> re.Pattern[str]:
    allowing = [each for each in statements(document) if isinstance(each, Mapping) and each.get("Effect") == "Allow"]
    if any("NotAction" in statement for statement in allowing):
        return _expression("*")
    patterns = {str(pattern).lower() for statement in allowing for pattern in as_list(statement.get("Action"))}
    return re.compile("|".join(_expression(pattern).pattern for pattern in sorted(patterns)) if patterns else _NEVER)


@lru_cache(maxsize=4096)
def _classes(patterns: tuple[str, ...], family: tuple[str, ...]) -> tuple[str, ...]:
    relevant = [pattern for pattern in patterns if any(_may_meet(pattern, wanted) for wanted in family)]
    wanted = [_expression(pattern) for pattern in family]
    distinguished = [_expression(pattern) for pattern in relevant]
    found: dict[tuple[bool, ...], str] = {}
    # Named actions first, so that a counterexample shows one that exists where one does.
    for candidate in sorted(_candidates([*relevant, *family]), key=lambda text: (OTHER in text, text)):
        if ":" in candidate and any(each.fullmatch(candidate) for each in wanted):
            found.setdefault(tuple(bool(each.fullmatch(candidate)) for each in distinguished), candidate)
    return tuple(found.values())


def _candidates(patterns: Sequence[str]) -> set[str]:
    """Every pattern with its wildcards filled, alone and merged with every other with a wildcard."""
    # What no pattern names stands for every other action: `*` alone would otherwise have none.
    filled = {f"{OTHER}:{OTHER}", *(pattern.replace("*", OTHER).replace("?", "0") for pattern in patterns)}
    wild = [pattern for pattern in patterns if "*" in pattern]
    return filled | {text for one, other in product(wild, wild) if one != other for text in _merged(one, other)}


def _merged(one: str, other: str) -> Iterator[str]:
    """Texts that fit both patterns, where one's beginning continues the other's: `get*` and `*execution`."""
    head, _, tail = one.partition("*")
    other_head, _, other_tail = other.partition("*")
    if head.startswith(other_head):
        ends = [part.replace("*", OTHER).replace("?", "0") for part in (tail, other_tail)]
        yield f"{head}{OTHER}{ends[0]}{OTHER}{ends[1]}"
        yield f"{head}{OTHER}{ends[1]}{OTHER}{ends[0]}"
        yield f"{head}{ends[1]}" if ends[1] else head + OTHER


def _may_meet(one: str, other: str) -> bool:
    heads = [re.split(r"[*?]", text, maxsplit=1)[0] for text in (one, other)]
    return heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])


@lru_cache(maxsize=16_384)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern))


def _named(document: Document) -> frozenset[str]:
    return _MENTIONED.of(document, None, lambda: _mentioned(document))


def _mentioned(document: Document) -> frozenset[str]:
    """Every text and pattern of the document's actions, in lower case."""
    return frozenset(
        re.sub(r"\*+", "*", str(text).lower())
        for statement in statements(document)
        if isinstance(statement, Mapping)
        for element in ("Action", "NotAction")
        for text in as_list(statement.get(element))
    )


_ALLOWED: DocumentCache[re.Pattern[str]] = DocumentCache()
_MENTIONED: DocumentCache[frozenset[str]] = DocumentCache()
