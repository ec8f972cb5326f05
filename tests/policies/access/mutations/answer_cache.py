"""A cache of decisions and proofs across graphs: equal requests have equal answers.

Most documents are the same in a graph with one mutation as in the one without, and so is what proofs derive from them.
A request is recognized by the content of its documents; the checks themselves are unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from unittest import mock

import z3

from policies.access.authorization import AuthorizationDecision, AuthorizationRequest, Document
from policies.access.encoding.logic import Formula
from policies.access.evaluator import Explanation, decide, explain
from policies.access.graph import PolicyGraph
from policies.access.matrix import cells
from policies.access.proofs.requests import EncodedRequest, OpenRequest
from policies.access.proofs.solver import Solver
from rehearsal.authorization import decision as rehearsed
from tests.policies.access.mutations.cell_cache import CellCache

_each, _find = OpenRequest.each, Solver._find
# What constraints make of an encoded request.
_FORMULAS = ("resource_like", "caller_like", "key_in", "key_beneath", "key_arn_like")
Element = TypeVar("Element")


def sharing(graph: PolicyGraph, before: PolicyGraph) -> PolicyGraph:
    """The graph, with the objects of another one wherever they are equal."""
    return replace(
        graph,
        roles=_shared(graph.roles, before.roles),
        policy_resources=_shared(graph.policy_resources, before.policy_resources),
        endpoints=_shared(graph.endpoints, before.endpoints),
    )


def _shared(elements: Mapping[str, Element], before: Mapping[str, Element]) -> dict[str, Element]:
    return {name: before[name] if before.get(name) == element else element for name, element in elements.items()}


@dataclass
class DocumentNumbers:
    """A number for each content of a document. The objects of the first use are known at once, later ones meanwhile."""

    _by_text: dict[str, int] = field(default_factory=dict)
    _first: dict[int, tuple[Document, int]] = field(default_factory=dict)
    _others: dict[int, tuple[Document, int]] = field(default_factory=dict)
    _in_first: bool = True

    def of(self, document: Document | None) -> int | None:
        """The number of a document's content."""
        if document is None:
            return None
        known = self._first.get(id(document)) or self._others.get(id(document))
        if known:
            return known[1]
        number = self._by_text.setdefault(json.dumps(document, sort_keys=True), len(self._by_text))
        # Kept, so that its id stays its own.
        (self._first if self._in_first else self._others)[id(document)] = document, number
        return number

    def forget_others(self) -> None:
        """Let go of the objects of a later use."""
        self._in_first = False
        self._others.clear()


@dataclass
class AnswerCache:
    """Answers by request. What a key names by its identity is kept with the answer, so that ids stay taken."""

    documents: DocumentNumbers = field(default_factory=DocumentNumbers)

    decisions: dict[Hashable, tuple[AuthorizationRequest, AuthorizationDecision]] = field(default_factory=dict)
    explanations: dict[Hashable, tuple[AuthorizationRequest, Explanation]] = field(default_factory=dict)
    encoded: dict[Hashable, tuple[OpenRequest, list[EncodedRequest]]] = field(default_factory=dict)
    witnesses: dict[Hashable, tuple[EncodedRequest, tuple[Formula, ...], str | None]] = field(default_factory=dict)
    formulas: dict[Hashable, tuple[EncodedRequest, Formula]] = field(default_factory=dict)
    cells: CellCache = field(default_factory=CellCache)

    def decide(self, request: AuthorizationRequest) -> AuthorizationDecision:
        """The evaluator's decision."""
        key = self._key(request)
        if key not in self.decisions:
            self.decisions[key] = (request, decide(request))
        return self.decisions[key][1]

    def explain(self, request: AuthorizationRequest) -> Explanation:
        """The evaluator's decision, with its reasons."""
        key = self._key(request)
        if key not in self.explanations:
            self.explanations[key] = (request, explain(request))
        return self.explanations[key][1]

    def each(self, open_request: OpenRequest) -> Iterator[EncodedRequest]:
        """The classes of an open request, encoded."""
        caller = open_request.caller
        key = (
            self._key(open_request.parameters),
            caller.kind,
            _ast(caller.arn),
            _ast(caller.account),
            _ast(caller.principal_arn),
            tuple(map(_ast, caller.given)),
            tuple(open_request.family),
            open_request.resource,
            _frozen(open_request.pinned),
            tuple(map(_ast, open_request.always)),
            tuple(open_request.foreign_to),
        )
        if key not in self.encoded:
            self.encoded[key] = (open_request, list(_each(open_request)))
        yield from self.encoded[key][1]

    def find(self, asking: Solver, title: str, encoded: EncodedRequest, constraints: Iterable[Formula]) -> str | None:
        """What the solver found. Formulas are equal when the solver's own identity says so."""
        given = tuple(constraints)
        key = (id(encoded), tuple(map(_ast, given)))
        if key in self.witnesses:
            asking.queries += 1
        else:
            self.witnesses[key] = (encoded, given, _find(asking, title, encoded, given))
        return self.witnesses[key][2]

    def formula(self, method: Callable[..., Formula], encoded: EncodedRequest, *values: Any) -> Formula:
        """What a method of an encoded request makes of some texts."""
        key = (id(encoded), method.__name__, *(one if isinstance(one, str) else tuple(one) for one in values))
        if key not in self.formulas:
            self.formulas[key] = (encoded, method(encoded, *values))
        return self.formulas[key][1]

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Meanwhile the proofs and the matrix ask the cache first."""

        def each(open_request: OpenRequest) -> Iterator[EncodedRequest]:
            return self.each(open_request)

        def find(asking: Solver, title: str, encoded: EncodedRequest, constraints: Iterable[Formula]) -> str | None:
            return self.find(asking, title, encoded, constraints)

        with ExitStack() as patches:
            patches.enter_context(mock.patch.object(OpenRequest, "each", each))
            patches.enter_context(mock.patch.object(Solver, "_find", find))
            patches.enter_context(mock.patch.object(rehearsed, "explain", self.explain))
            patches.enter_context(mock.patch.object(cells, "answer_of", self.cells.answer_of))
            for name in _FORMULAS:
                patches.enter_context(mock.patch.object(EncodedRequest, name, self._cached(name)))
            try:
                yield
            finally:
                self.documents.forget_others()

    def _key(self, request: AuthorizationRequest) -> Hashable:
        documents = (request.resource_policy, request.endpoint_policy, request.boundary, request.session)
        return (
            request.principal,
            request.account,
            request.action,
            request.resource,
            request.owner,
            tuple(map(self.documents.of, request.identity)),
            tuple(map(self.documents.of, documents)),
            _frozen(request.context),
        )

    def _cached(self, name: str) -> Callable[..., Formula]:
        method = getattr(EncodedRequest, name)

        def cached(encoded: EncodedRequest, *values: Any) -> Formula:
            return self.formula(method, encoded, *values)

        return cached


def _frozen(values: Mapping[str, Any]) -> Hashable:
    return frozenset((key, value if isinstance(value, str) else tuple(value)) for key, value in values.items())


def _ast(part: object) -> Hashable:
    """Equal syntax is one object of the solver's for as long as any of it is kept."""
    return part.get_id() if isinstance(part, z3.ExprRef) else part
