"""A cache of decisions and proofs across graphs: equal requests have equal answers.

Most documents are the same in a graph with one mutation as in the one without. They are made the very same objects,
so that a request is recognized by the identity of its documents; the checks themselves are unchanged.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from unittest import mock

import z3

from policies.access.authorization import AuthorizationDecision, AuthorizationRequest
from policies.access.encoding.logic import Formula
from policies.access.encoding.request import SymbolicRequest
from policies.access.encoding.search import Witness, find
from policies.access.evaluator import decide
from policies.access.graph import PolicyGraph
from policies.access.proofs import solver
from policies.access.proofs.requests import EncodedRequest, OpenRequest

_each = OpenRequest.each
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
class AnswerCache:
    """Answers by request. What a key names by its identity is kept with the answer, so that ids stay taken."""

    decisions: dict[Hashable, tuple[AuthorizationRequest, AuthorizationDecision]] = field(default_factory=dict)
    encoded: dict[Hashable, tuple[OpenRequest, list[EncodedRequest]]] = field(default_factory=dict)
    witnesses: dict[Hashable, tuple[Any, Witness | None]] = field(default_factory=dict)

    def decide(self, request: AuthorizationRequest) -> AuthorizationDecision:
        """The evaluator's decision."""
        key = _key(request)
        if key not in self.decisions:
            self.decisions[key] = (request, decide(request))
        return self.decisions[key][1]

    def each(self, open_request: OpenRequest) -> Iterator[EncodedRequest]:
        """The classes of an open request, encoded."""
        caller = open_request.caller
        key = (
            _key(open_request.parameters),
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

    def find(
        self, formula: Formula, request: SymbolicRequest, *, query: str, given: Iterable[Formula] = ()
    ) -> Witness | None:
        """What the solver found. Formulas are equal when the solver's own identity says so."""
        constraints = tuple(given)
        key = (id(request), _ast(formula), tuple(map(_ast, constraints)))
        if key not in self.witnesses:
            witness = find(formula, request, query=query, given=constraints)
            self.witnesses[key] = ((request, formula, constraints), witness)
        return self.witnesses[key][1]

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Meanwhile the proofs ask the cache first."""

        def each(open_request: OpenRequest) -> Iterator[EncodedRequest]:
            return self.each(open_request)

        with mock.patch.object(OpenRequest, "each", each), mock.patch.object(solver, "find", self.find):
            yield


def _key(request: AuthorizationRequest) -> Hashable:
    documents = (request.resource_policy, request.endpoint_policy, request.boundary, request.session)
    return (
        request.principal,
        request.account,
        request.action,
        request.resource,
        request.owner,
        tuple(map(id, request.identity)),
        tuple(map(id, documents)),
        _frozen(request.context),
    )


def _frozen(values: Mapping[str, Any]) -> Hashable:
    return frozenset((key, value if isinstance(value, str) else tuple(value)) for key, value in values.items())


def _ast(part: object) -> Hashable:
    """Equal syntax is one object of the solver's for as long as any of it is kept."""
    return part.get_id() if isinstance(part, z3.ExprRef) else part
