"""A cache of the matrix's answers across graphs: an answer stands while nothing changes whose policies it rests on.

A column asks the same requests of every graph of one shape: with the same roles, resources and endpoints, whatever
their policies say. What differs is then the policies alone, and each answer is kept with whose it read.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph
from policies.access.matrix.capabilities import Capability
from policies.access.matrix.cells import Allows, Answer, answer_of
from policies.access.matrix.subjects import MatrixSubject


@dataclass
class CellCache:
    """Answers of the first graph that was asked, and whose policies each rests on: of ARNs, and ids of endpoints."""

    before: PolicyGraph | None = None
    shape: PolicyGraph | None = None
    answers: dict[Hashable, tuple[Answer, frozenset[str]]] = field(default_factory=dict)
    _now: PolicyGraph | None = None
    _changed: frozenset[str] | None = None

    def answer_of(self, graph: PolicyGraph, subject: MatrixSubject, capability: Capability, allows: Allows) -> Answer:
        """The answer, from the first graph where nothing that it rests on is another."""
        if self.before is None:
            self.before, self.shape = graph, _shape(graph)
        if self._now is not graph:
            self._now, self._changed = graph, self._others(graph)
        who = (subject.principal, subject.project, subject.works_on, subject.others, subject.other)
        key = (who, capability.section, capability.column)
        known = self.answers.get(key)
        if known and self._changed is not None and self._changed.isdisjoint(known[1]):
            return known[0]
        rests_on: set[str] = set()

        def recorded(request: AuthorizationRequest) -> bool:
            rests_on.update(_rests_on(graph, request))
            return allows(request)

        answer = answer_of(graph, subject, capability, recorded)
        if graph is self.before:
            self.answers[key] = answer, frozenset(rests_on)
        return answer

    def _others(self, graph: PolicyGraph) -> frozenset[str] | None:
        """What has other policies than in the first graph; None where more than policies differs."""
        assert self.before is not None
        if _shape(graph) != self.shape:
            return None
        pairs = (
            (graph.roles, self.before.roles),
            (graph.policy_resources, self.before.policy_resources),
            (graph.endpoints, self.before.endpoints),
        )
        return frozenset(name for now, before in pairs for name in now if now[name] != before[name])


def _rests_on(graph: PolicyGraph, request: AuthorizationRequest) -> Iterator[str]:
    """Whose policies decide a request: the caller's, the resource's, or of the role that is assumed, the endpoint's."""
    yield request.principal
    yield request.resource
    if carrier := graph.policy_resource_of(request.resource):
        yield carrier.arn
    if endpoint := request.context.get("aws:SourceVpce"):
        yield str(endpoint)


def _shape(graph: PolicyGraph) -> PolicyGraph:
    """The graph without policies, and without what the matrix does not look at."""
    return replace(
        graph,
        roles={
            name: replace(role, trust={}, inline=(), managed=(), boundary=None) for name, role in graph.roles.items()
        },
        policy_resources={name: replace(one, policy=None) for name, one in graph.policy_resources.items()},
        endpoints={name: replace(one, policy=None) for name, one in graph.endpoints.items()},
        references=(),
    )
