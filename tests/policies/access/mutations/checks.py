"""All checks over one set of captured resources, and which of them find something new after a mutation."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policies.access import cross_account, sizes
from policies.access.actions.granted import unmarked_actions
from policies.access.cross_account import Decide
from policies.access.graph import BadExport, PolicyGraph, graph_of
from policies.access.graph.closed_world import unread_properties
from policies.access.matrix.absences import ABSENCES, SEPARATION, presences
from policies.access.matrix.cells import matrix
from policies.access.proofs.all import THEOREMS
from policies.access.proofs.theorem import prove
from policies.pack.captured import CapturedStack, read
from policies.pack.evaluate import Verdict, evaluate
from policies.pack.rules import RULES
from rehearsal.authorization.decision import decide_all
from rehearsal.authorization.resource_facts import ResourceFacts, facts_from
from rehearsal.aws.recorder import Recorded
from tests.policies.access.mutations.answer_cache import AnswerCache, sharing
from tests.policies.access.mutations.mutation import Mutation
from tests.policies.access.mutations.recorded_requests import recorded

# Every check that is not the matrix's, which has one of each section.
CHECKS = (
    *(f"proof:{theorem.id}" for theorem in THEOREMS),
    *(f"absence:{absence.id}" for absence in (*ABSENCES, SEPARATION)),
    *(f"rule:{rule.id}" for rule in RULES),
    *("grant", "size", "rehearsal", "unread", "action", "refused"),
)


@dataclass(frozen=True, kw_only=True)
class CheckResults:
    """What every check found: each finding with the check that made it, and the matrix's cells."""

    graph: PolicyGraph
    findings: dict[tuple[str, str], str]
    cells: dict[tuple[str, str, str], str]

    def new(self, before: CheckResults) -> dict[str, list[str]]:
        """Checks that find what they did not find before, and sections whose cells are others, with what is new."""
        found: dict[str, list[str]] = {}
        for (check, what), text in self.findings.items():
            if (check, what) not in before.findings:
                found.setdefault(check, []).append(text)
        for cell in sorted({*self.cells, *before.cells}):
            if self.cells.get(cell) != before.cells.get(cell):
                section, column, who = cell
                now = self.cells.get(cell) or "no such cell"
                found.setdefault(f"matrix:{section}", []).append(f"{who} can '{column}': {now}")
        return found


@dataclass
class Checks:
    """The checks over the resources without a mutation, and what is cached of them for those with one."""

    records: Sequence[dict[str, Any]]
    stacks: Sequence[CapturedStack]
    requests: Sequence[Recorded]
    before: CheckResults
    cache: AnswerCache = field(default_factory=AnswerCache)

    @classmethod
    def of(cls, resources: Path) -> Checks:
        """Check what was built."""
        stacks, cache = read(resources), AnswerCache()
        requests = recorded(stacks)
        records = json.loads(resources.read_text(encoding="utf-8"))
        with cache.in_use():
            before = findings(stacks, graph_of(stacks), cache.decide, stacks, requests)
        # The cache stays: collecting garbage in it takes longer than the checks.
        gc.freeze()
        return cls(records, stacks, requests, before, cache)

    def noticed(self, mutation: Mutation, folder: Path) -> dict[str, list[str]]:
        """Which checks notice a mutation, and what they find. `folder` is for the changed stack's resources."""
        changed = [record for record in mutation.applied(self.records) if record["stack"] == mutation.stack]
        path = folder / "resources.json"
        path.write_text(json.dumps(changed), encoding="utf-8")
        (stack,) = read(path)
        stacks = [stack if one.stack == stack.stack else one for one in self.stacks]
        try:
            graph = sharing(graph_of(stacks), self.before.graph)
        except BadExport as error:
            return {"refused": [str(error)]}
        with self.cache.in_use():
            return findings(stacks, graph, self.cache.decide, [stack], self.requests).new(self.before)


def findings(
    stacks: Sequence[CapturedStack],
    graph: PolicyGraph,
    answer: Decide,
    judged: Sequence[CapturedStack],
    requests: Sequence[Recorded],
) -> CheckResults:
    """Run every check; rules, which see one stack each, over `judged` alone."""
    table = matrix(graph, lambda request: answer(request).allowed)
    found = {
        (f"absence:{one.absence.id}", f"{one.section} {one.column} {one.row.principals}"): str(one)
        for one in presences(table)
    }
    for theorem in THEOREMS:
        for finding in prove(theorem, graph).outcome.findings:
            found[f"proof:{theorem.id}", finding.title] = f"{finding.title}\n{finding.request}"
    found |= {("grant", str(one)): str(one) for one in cross_account.missing_grants(graph, answer)}
    for size in sizes.sizes(graph):
        if size.headroom < 0:
            found["size", f"{size.limit.kind} {size.owner}"] = f"{size.owner} has {size.characters} characters"
    found |= {("unread", str(one)): str(one) for one in unread_properties(judged)}
    found |= {("action", str(one)): str(one) for one in unmarked_actions(graph)}
    found |= dict(_violated(judged))
    found |= dict(_refused(requests, facts_from(graph, stacks)))
    cells = {
        (capability.section, capability.column, principal): f"{cell.value}, {note}" if note else cell.value
        for row in table.rows
        for principal in row.principals
        for capability, cell, note in zip(table.capabilities, row.cells, row.notes, strict=True)
    }
    return CheckResults(graph=graph, findings=found, cells=cells)


def _violated(stacks: Sequence[CapturedStack]) -> Iterable[tuple[tuple[str, str], str]]:
    for stack in stacks:
        for one in evaluate(RULES, stack.inputs, stack.with_outputs):
            if one.verdict is Verdict.VIOLATED:
                what = f"{one.resource.urn}: {'; '.join(one.details)}"
                yield (f"rule:{one.rule.id}", what), what


def _refused(requests: Sequence[Recorded], known: ResourceFacts) -> Iterable[tuple[tuple[str, str], str]]:
    for one in decide_all(requests, known).refused:
        request = f"{one.question.principal} does {one.question.action} on {one.question.resource}"
        yield ("rehearsal", request), f"{request}: {one.explanation.because}"
