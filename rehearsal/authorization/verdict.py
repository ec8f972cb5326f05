"""The rehearsal's verdict on access: what was refused, what nobody decided, and which rights lay idle."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from policies.access.graph import graph_of
from policies.pack.captured import read
from rehearsal.authorization.decision import Decision, decide_all
from rehearsal.authorization.refusal import Refusal, question_json, refusal
from rehearsal.authorization.resource_facts import facts_from
from rehearsal.authorization.unused import Unused, unused_rights
from rehearsal.aws.recorder import Recorded
from rehearsal.services import module_path

SHOWN = 20


@dataclass(frozen=True)
class Access:
    """`requests` were decided by `questions` distinct questions; `unmapped` are operations that no table has."""

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
        idle = sum(len(one.actions) for one in self.unused)
        roles = len({one.role for one in self.unused})
        lying = f"{idle} rights of {roles} roles were not used" if idle else "every right was used"
        if self.passed:
            return f"{self.requests:,} requests decided, all allowed; {lying}"
        told = [f"{len(self.refusals)} refused"] if self.refusals else []
        told += [f"{len(self.unmapped)} operations of no known right"] if self.unmapped else []
        return f"{self.requests:,} requests decided, {' and '.join(told)}; {lying}"

    def table(self) -> Table:
        """The refusals, the first of each kind."""
        table = Table("who", "asked for", "add, or spare", box=None, header_style="dim", pad_edge=False)
        for operation in self.unmapped:
            table.add_row("", operation, f"say in {module_path(operation.partition(':')[0])} which actions it requires")
        kinds: dict[tuple[str, str, str], list[Refusal]] = {}
        for one in self.refusals:
            kinds.setdefault((one.who, one.action, _kind(one)), []).append(one)
        for (who, action, _), found in list(kinds.items())[:SHOWN]:
            more = f" (and {len(found) - 1} like it)" if len(found) > 1 else ""
            table.add_row(who.rpartition("/")[2], action + more, "; ".join(found[0].add))
        if len(kinds) > SHOWN:
            table.add_row("", f"{len(kinds) - SHOWN} more", "see access.refusals in report.json")
        return table


def _kind(one: Refusal) -> str:
    return one.because.replace(one.resource, "")[:60]


def judge(folder: Path, requests: Iterable[Recorded], *, removals: bool = False) -> Access:
    """Decide requests by the resources in a folder's `resources.json`; writes `questions.json` beside it.

    With `removals`, those of `pulumi destroy` too: then the file must hold the resources as they were before.
    """
    stacks = read(folder / "resources.json")
    graph = graph_of(stacks)
    decided = decide_all(requests, facts_from(graph, stacks), removals=removals)
    _write_questions(folder / "questions.json", decided.asked)
    return Access(
        requests=decided.requests,
        questions=len(decided.asked),
        refusals=tuple(refusal(one, graph) for one in decided.refused),
        unmapped=decided.unmapped,
        unused=tuple(unused_rights(graph, decided.asked)),
    )


def _write_questions(path: Path, asked: Iterable[Decision]) -> None:
    """Every refused question, and the first of each principal and action, as `policies.access ask` takes them."""
    chosen: dict[object, Decision] = {}
    for one in asked:
        key = (one.question.principal, one.question.action) if one.explanation.allowed else one.question.id
        chosen.setdefault(key, one)
    path.write_text(json.dumps([question_json(one.question) for one in chosen.values()]) + "\n", encoding="utf-8")
