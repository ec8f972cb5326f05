"""Answers that do not change from one graph to the next, kept: equal questions have equal answers.

Most documents are the same in an graph with one mistake as in the one without. They are made the very same objects,
so that a question is recognized by the identity of its documents; nothing else about the checks is other than usual.
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
from policies.access.proofs import asking
from policies.access.proofs.asking import Asked, Open

_each = Open.each
Thing = TypeVar("Thing")


def sharing(graph: PolicyGraph, before: PolicyGraph) -> PolicyGraph:
    """The graph with everything that is equal in one before it being that one's."""
    return replace(
        graph,
        roles=_shared(graph.roles, before.roles),
        policy_resources=_shared(graph.policy_resources, before.policy_resources),
        endpoints=_shared(graph.endpoints, before.endpoints),
    )


def _shared(things: Mapping[str, Thing], before: Mapping[str, Thing]) -> dict[str, Thing]:
    return {name: before[name] if before.get(name) == one else one for name, one in things.items()}


@dataclass
class Memory:
    """Answers by question. What a key names by its identity is kept with the answer, so that ids stay taken."""

    answers: dict[Hashable, tuple[AuthorizationRequest, AuthorizationDecision]] = field(default_factory=dict)
    opened: dict[Hashable, tuple[Open, list[Asked]]] = field(default_factory=dict)
    found: dict[Hashable, tuple[Any, Witness | None]] = field(default_factory=dict)

    def decide(self, question: AuthorizationRequest) -> AuthorizationDecision:
        """The evaluator's answer."""
        key = _key(question)
        if key not in self.answers:
            self.answers[key] = (question, decide(question))
        return self.answers[key][1]

    def each(self, opened: Open) -> Iterator[Asked]:
        """The requests of an open question, encoded."""
        caller = opened.caller
        key = (
            _key(opened.question),
            caller.kind,
            _ast(caller.arn),
            _ast(caller.account),
            tuple(opened.family),
            opened.resource,
            _frozen(opened.pinned),
            tuple(map(_ast, opened.always)),
            tuple(opened.foreign_to),
        )
        if key not in self.opened:
            self.opened[key] = (opened, list(_each(opened)))
        yield from self.opened[key][1]

    def find(
        self, formula: Formula, request: SymbolicRequest, *, query: str, given: Iterable[Formula] = ()
    ) -> Witness | None:
        """What the solver found. Formulas are equal when the solver's own identity says so."""
        known = tuple(given)
        key = (id(request), _ast(formula), tuple(map(_ast, known)))
        if key not in self.found:
            self.found[key] = ((request, formula, known), find(formula, request, query=query, given=known))
        return self.found[key][1]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The proofs ask here first."""

        def each(opened: Open) -> Iterator[Asked]:
            return self.each(opened)

        with mock.patch.object(Open, "each", each), mock.patch.object(asking, "find", self.find):
            yield


def _key(question: AuthorizationRequest) -> Hashable:
    documents = (question.resource_policy, question.endpoint_policy, question.boundary, question.session)
    return (
        question.principal,
        question.account,
        question.action,
        question.resource,
        question.owner,
        tuple(map(id, question.identity)),
        tuple(map(id, documents)),
        _frozen(question.context),
    )


def _frozen(values: Mapping[str, Any]) -> Hashable:
    return frozenset((key, value if isinstance(value, str) else tuple(value)) for key, value in values.items())


def _ast(part: object) -> Hashable:
    """Equal syntax is one object of the solver's for as long as any of it is kept."""
    return part.get_id() if isinstance(part, z3.ExprRef) else part
