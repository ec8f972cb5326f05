"""The rehearsal's verdict on access: refused requests, operations without known rights, rights that nobody used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from policies.access.graph import PolicyGraph, graph_of
from policies.pack.captured import read
from rehearsal.authorization.decision import Decision, decide_all
from rehearsal.authorization.refusal import Refusal, question_json, refusal
from rehearsal.authorization.resource_facts import ResourceFacts, facts_from
from rehearsal.authorization.unused import Unused, unused_rights
from rehearsal.aws.recorder import Recorded
from rehearsal.existing import existing_tags
from rehearsal.existing_roles import existing_roles
from rehearsal.services import module_path
from settings.config import AnyStack
from settings.stack_files import read_stack_files

SHOWN = 20


@dataclass(frozen=True)
class Access:
    """`requests` were decided by `questions` distinct questions; `unmapped`: operations without required actions."""

    requests: int
    questions: int
    refusals: tuple[Refusal, ...]
    unmapped: tuple[str, ...]
    unused: tuple[Unused, ...]

    @property
    def passed(self) -> bool:
        """Whether every request was decided, and allowed."""
        return not self.refusals and not self.unmapped

    def for_report(self) -> dict[str, Any]:
        """The section `access` of `report.json`."""
        return {**asdict(self), "passed": self.passed}

    def sentence(self) -> str:
        """One line for people."""
        unused = sum(len(each.actions) for each in self.unused)
        roles = len({each.role for each in self.unused})
        rights = f"{unused} rights of {roles} roles were not used" if unused else "every right was used"
        if self.passed:
            return f"{self.requests:,} requests decided, all allowed; {rights}"
        problems = [f"{len(self.refusals)} refused"] if self.refusals else []
        problems += [f"{len(self.unmapped)} operations of no known right"] if self.unmapped else []
        return f"{self.requests:,} requests decided, {' and '.join(problems)}; {rights}"

    def refusal_lines(self) -> list[str]:
        """The refusals, the first of each kind: whole ARNs, what decided, where to look; nothing is cut."""
        lines = [
            f"undecided: {operation}: say in {module_path(operation.partition(':')[0])} which actions it requires"
            for operation in self.unmapped
        ]
        kinds: dict[tuple[str, str, str], list[Refusal]] = {}
        for refused in self.refusals:
            kinds.setdefault((refused.who, refused.action, _kind(refused)), []).append(refused)
        for alike in list(kinds.values())[:SHOWN]:
            first, more = alike[0], f" (and {len(alike) - 1} like it)" if len(alike) > 1 else ""
            through = f" through {first.endpoint}" if first.endpoint else ""
            lines.append(f"refused: {first.who}: {first.action} on {first.resource}{through}{more}")
            lines.append(f"  because: {first.because}")
            lines += [f"  where: {place}" for place in first.where]
            lines += [f"  look at: {place}" for place in first.settings]
        if len(kinds) > SHOWN:
            lines.append(f"{len(kinds) - SHOWN} more: see access.refusals in report.json")
        return lines


def _kind(denied: Refusal) -> str:
    return denied.because.replace(denied.resource, "")[:60]


def judge(
    folder: Path,
    requests: Iterable[Recorded],
    directory: Path,
    *,
    earlier: Sequence[tuple[int, Path]] = (),
    removals: bool = False,
) -> Access:
    """Decide requests by the resources in a folder's `resources.json`; writes `questions.json` beside it.

    `earlier` are files of resources as they stood before stacks were changed, in order, each with the number of the
    first request that is no longer decided by it.

    A refusal leads back to the stack files of the directory. With `removals`, requests of `pulumi destroy` are decided
    too: then the file must hold the resources as they were before.
    """
    settings = [file.settings for file in read_stack_files(directory).files if file.settings]
    facts, built = _facts(folder / "resources.json", settings)
    before = [(until, _facts(path, settings)[0]) for until, path in earlier]
    result = decide_all(requests, facts, earlier=before, removals=removals)
    _write_questions(folder / "questions.json", result.decisions)
    return Access(
        requests=result.requests,
        questions=len(result.decisions),
        refusals=tuple(refusal(decision, facts.graph, directory) for decision in result.refused),
        unmapped=result.unmapped,
        unused=tuple(unused_rights(built, result.decisions)),
    )


def _facts(path: Path, settings: Sequence[AnyStack]) -> tuple[ResourceFacts, PolicyGraph]:
    """What a file of resources tells, with what was there before any stack; and the graph of the stacks alone."""
    stacks = read(path)
    built = graph_of(stacks)
    facts = facts_from(replace(built, roles={**built.roles, **existing_roles(built, settings)}), stacks)
    existing = existing_tags(settings)
    return replace(facts, tags={**facts.tags, **existing}, existing=frozenset(existing)), built


def _write_questions(path: Path, decisions: Iterable[Decision]) -> None:
    """Every refused question, and the first of each principal and action, as `policies.access ask` takes them."""
    chosen: dict[object, Decision] = {}
    for decision in decisions:
        question = decision.question
        key = (question.principal, question.action) if decision.explanation.allowed else question.id
        chosen.setdefault(key, decision)
    path.write_text(
        json.dumps([question_json(decision.question) for decision in chosen.values()]) + "\n", encoding="utf-8"
    )
