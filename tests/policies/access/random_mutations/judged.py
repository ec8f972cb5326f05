"""What notices a mutation: the first check, in an order that begins with those that cost least."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from policies.access import cross_account, sizes
from policies.access.actions.granted import unmarked_actions
from policies.access.defects import defects
from policies.access.encoding import MalformedDocument, Unsupported
from policies.access.graph import PolicyGraph, graph_of
from policies.access.graph.closed_world import unread_properties
from policies.access.matrix import render
from policies.access.matrix.absences import presences
from policies.access.matrix.cells import Matrix, matrix
from policies.access.proofs.all import THEOREMS
from policies.access.proofs.theorem import prove
from policies.access.published.handler_permissions import review_handlers
from policies.access.published.managed_policies import review_managed_policies
from policies.pack.captured import CapturedStack, read
from policies.pack.coverage import types_without_rule
from policies.pack.evaluate import Verdict, evaluate
from policies.pack.rules import RULES
from tests.policies.access.mutations.answer_cache import AnswerCache, sharing
from tests.policies.access.mutations.mutation import Record

# A check and what it found.
Noticed = tuple[str, str]


@dataclass
class Platform:
    """The captured stacks without a mutation, what every check finds there, and the cache of answers."""

    records: Sequence[Record]
    stacks: Sequence[CapturedStack]
    graph: PolicyGraph
    cache: AnswerCache
    table: str = ""
    known: frozenset[Noticed] = frozenset()

    @classmethod
    def of(cls, resources: Path) -> Platform:
        """Read and check what was built."""
        stacks, cache = read(resources), AnswerCache()
        found = cls(json.loads(resources.read_text(encoding="utf-8")), stacks, graph_of(stacks), cache)
        found.check()
        # The cache stays: collecting garbage in it takes longer than the checks.
        gc.freeze()
        return found

    def check(self) -> None:
        """Find what every check finds without a mutation."""
        with self.cache.in_use():
            self.table = self._shown(self.graph)
            self.known = frozenset(self._findings(self.stacks, self.graph, self.stacks))

    def read(self, records: Sequence[Record]) -> list[CapturedStack]:
        """The stacks of changed records; those that are equal are the very same."""
        before = {stack: [one for one in self.records if one["stack"] == stack] for stack in self._names()}
        found: list[CapturedStack] = []
        for stack in self.stacks:
            now = [one for one in records if one["stack"] == stack.stack]
            same = len(now) == len(before[stack.stack]) and all(map(_is, now, before[stack.stack]))
            found.append(stack if same else self._read(now))
        return found

    def graph_of(self, stacks: Sequence[CapturedStack]) -> PolicyGraph:
        """Their graph, with the objects of the unchanged one where they are equal. Raises BadExport."""
        return sharing(graph_of(stacks), self.graph)

    def refusal(self, graph: PolicyGraph) -> Noticed | None:
        """What keeps a graph from being decided."""
        problems = defects(graph)
        return ("refused", problems[0]) if problems else None

    def noticed(self, stacks: Sequence[CapturedStack], graph: PolicyGraph, *, every: bool = False) -> list[Noticed]:
        """The first check that finds something new, or every one."""
        judged = [one for one, before in zip(stacks, self.stacks, strict=True) if one is not before]
        found: list[Noticed] = []
        try:
            with self.cache.in_use():
                for one in self._findings(stacks, graph, judged):
                    if one not in self.known:
                        found.append(one)
                        if not every:
                            break
        except (MalformedDocument, Unsupported) as error:
            found.append(("refused", str(error)))
        return found

    def in_matrix(self, graph: PolicyGraph) -> bool:
        """Whether the generated matrix shows a difference."""
        with self.cache.in_use():
            return self._shown(graph) != self.table

    def _findings(
        self, stacks: Sequence[CapturedStack], graph: PolicyGraph, judged: Sequence[CapturedStack]
    ) -> Iterator[Noticed]:
        yield from (("not read", str(one)) for one in unread_properties(judged))
        yield from (("action", str(one)) for one in unmarked_actions(graph))
        yield from (("rule:types", one) for one in types_without_rule(judged))
        for stack in judged:
            for finding in evaluate(RULES, stack.inputs, stack.with_outputs):
                if finding.verdict is Verdict.VIOLATED:
                    yield f"rule:{finding.rule.id}", f"{finding.resource.urn}: {'; '.join(finding.details)}"
        for one in presences(self._matrix(graph)):
            yield f"absence:{one.absence.id}", str(one)
        for theorem in THEOREMS:
            for found in prove(theorem, graph).outcome.findings:
                yield f"proof:{theorem.id}", found.title
        yield from (("grant", str(one)) for one in cross_account.missing_grants(graph, self.cache.decide))
        for size in sizes.sizes(graph):
            if size.headroom < 0:
                yield "size", f"{size.limit.kind} {size.owner}"
        yield from (("handlers", problem) for problem in review_handlers(graph, stacks).problems)
        yield from (("managed policies", problem) for problem in review_managed_policies(graph).problems)

    def _matrix(self, graph: PolicyGraph) -> Matrix:
        return matrix(graph, lambda request: self.cache.decide(request).allowed)

    def _shown(self, graph: PolicyGraph) -> str:
        table = self._matrix(graph)
        return render.document(table, presences(table))

    def _names(self) -> list[str]:
        return [stack.stack for stack in self.stacks]

    def _read(self, records: Sequence[dict[str, Any]]) -> CapturedStack:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "resources.json"
            path.write_text(json.dumps(records), encoding="utf-8")
            (stack,) = read(path)
        return stack


def _is(one: object, other: object) -> bool:
    return one is other
