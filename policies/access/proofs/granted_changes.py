"""What of a service policies let somebody do: a cheap answer, from statements alone, before the solver is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import translate
from functools import lru_cache
from typing import Any

from policies.access.authorization import Document
from policies.access.document_cache import DocumentCache
from policies.access.graph.policy_documents import as_list, statements
from policies.documents import actions

# Beginnings of operations that only look. Source: Service Authorization Reference, access levels List and Read.
_LOOKS = re.compile(
    r"(batch)?(check|describe|filter|get|head|list|lookup|preview|query|search|select|test|validate|view)"
)
_OPEN = re.compile(r"[*?]")
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def changes(documents: Iterable[Document], service: str) -> frozenset[str]:
    """Actions of a service, in lower case, that change something and that any Allow of the documents speaks of."""
    return frozenset(action for action in granted(documents, service) if not _LOOKS.match(action.partition(":")[2]))


def granted(documents: Iterable[Document], service: str) -> frozenset[str]:
    """Actions of a service, in lower case, that any Allow of the documents speaks of."""
    return frozenset(action for document in documents for action in _cached(document, service))


def _cached(document: Document, service: str) -> frozenset[str]:
    return _GRANTED.of(document, service, lambda: _granted(document, service))


def granted_on_everything(documents: Iterable[Document], service: str) -> frozenset[str]:
    """Those that an Allow speaks of whose resource is `*`: all that an action without a resource can be allowed by."""
    return frozenset(
        action
        for document in documents
        for statement in _allowing(document)
        if "*" in _resources(statement)
        for action in _spoken(statement, service)
    )


def spoken_of(documents: Iterable[Document], service: str, arns: Iterable[str], *, below: bool = False) -> list[str]:
    """Those of the ARNs, or ARN patterns, that an Allow which speaks of the service could name: no other is touched.

    `below`: or something that lies beneath one, and so begins with it. A policy variable could stand for anything.
    """
    patterns = {
        _VARIABLE.sub("*", pattern)
        for document in documents
        for statement in _allowing(document)
        if _spoken(statement, service)
        for pattern in _resources(statement)
    }
    return [arn for arn in arns if any(_may_meet(pattern, arn, below) for pattern in patterns)]


def _may_meet(pattern: str, wanted: str, below: bool) -> bool:
    """Whether something could fit both: False is certain."""
    head, _, _ = wanted.partition("*")
    if head == wanted and not below:
        return bool(_expression(pattern).match(wanted))
    begins = _OPEN.split(pattern, 1)
    return begins[0].startswith(head.removesuffix(":")) or (len(begins) > 1 and head.startswith(begins[0]))


def surely_denied(documents: Iterable[Document], actions_: Iterable[str], patterns: Iterable[str]) -> bool:
    """Whether Deny statements without a condition cover every action (in lower case) on all that the patterns name.

    A pattern of a statement covers one that ends in an asterisk if it does so too and fits what stands before.
    """
    wanted = list(patterns)
    covering = [
        tuple(_expression(str(one).lower()) for one in as_list(statement.get("Action")))
        for document in documents
        for statement in statements(document)
        if statement.get("Effect") == "Deny"
        and not statement.get("Condition")
        and not {"NotAction", "NotResource", "Principal", "NotPrincipal"} & set(statement)
        and all(any(_covers(str(one), each) for one in as_list(statement.get("Resource"))) for each in wanted)
    ]
    return all(any(one.match(action) for each in covering for one in each) for action in actions_)


def _covers(pattern: str, wanted: str) -> bool:
    if "${" in pattern or "?" in pattern:
        return False
    begins = wanted.removesuffix("*")
    return bool(_expression(pattern).match(begins)) and (begins == wanted or pattern.endswith("*"))


def _granted(document: Document, service: str) -> frozenset[str]:
    return frozenset(action for statement in _allowing(document) for action in _spoken(statement, service))


def _allowing(document: Document) -> Iterator[Mapping[str, Any]]:
    for statement in statements(document):
        if isinstance(statement, Mapping) and statement.get("Effect") == "Allow":
            yield statement


def _resources(statement: Mapping[str, Any]) -> Iterator[str]:
    # NotResource speaks of nearly everything.
    yield from (str(one) for one in as_list(statement.get("Resource", "*")))


def _spoken(statement: Mapping[str, Any], service: str) -> frozenset[str]:
    if "NotAction" in statement:
        return _every(service) - _matched(_patterns(statement["NotAction"], service), service)
    return _matched(_patterns(statement.get("Action"), service), service)


def _patterns(element: object, service: str) -> tuple[str, ...]:
    """Patterns of actions that could be the service's."""
    texts = (str(one).lower() for one in as_list(element))
    return tuple(text for text in texts if text.startswith(f"{service}:") or text.partition(":")[0].strip("*") == "")


@lru_cache
def _every(service: str) -> frozenset[str]:
    known = actions.service(service)
    return frozenset(f"{service}:{name}" for name in known.names) if known else frozenset()


@lru_cache(maxsize=4096)
def _matched(patterns: tuple[str, ...], service: str) -> frozenset[str]:
    matching = [_expression(pattern) for pattern in patterns]
    return frozenset(action for action in _every(service) if any(one.match(action) for one in matching))


@lru_cache(maxsize=16_384)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))


_GRANTED: DocumentCache[frozenset[str]] = DocumentCache()
