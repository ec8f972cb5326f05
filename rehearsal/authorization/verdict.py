"""The rehearsal's verdict on access: what was refused, what nobody decided, and which rights lay idle."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from policies.access.graph import graph_of
from policies.pack.captured import read
from rehearsal.authorization.decision import Asked, decide_all
from rehearsal.authorization.known import known_from
from rehearsal.authorization.unused import Unused, unused_rights
from rehearsal.authorization.words import Refusal, as_asked, refusal
from rehearsal.aws.recorder import Recorded

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

    def refusal_lines(self) -> list[str]:
        """The refusals, the first of each kind: whole ARNs, what decided, what to add; nothing is cut."""
        lines = [
            f"undecided: {operation}: say in rehearsal/authorization/tables which rights it needs"
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
            lines += [f"  add, or spare: {remedy}" for remedy in first.add]
        if len(kinds) > SHOWN:
            lines.append(f"{len(kinds) - SHOWN} more: see access.refusals in report.json")
        return lines


def _kind(one: Refusal) -> str:
    return one.because.replace(one.resource, "")[:60]


def judge(folder: Path, requests: Iterable[Recorded]) -> Access:
    """Decide requests by the resources in a folder's `resources.json`; writes `questions.json` beside it."""
    stacks = read(folder / "resources.json")
    graph = graph_of(stacks)
    decided = decide_all(requests, known_from(graph, stacks))
    _write_questions(folder / "questions.json", decided.asked)
    return Access(
        requests=decided.requests,
        questions=len(decided.asked),
        refusals=tuple(refusal(one, graph) for one in decided.refused),
        unmapped=decided.unmapped,
        unused=tuple(unused_rights(graph, decided.asked)),
    )


def _write_questions(path: Path, asked: Iterable[Asked]) -> None:
    """Every refused question, and the first of each principal and action, as `policies.access ask` takes them."""
    chosen: dict[object, Asked] = {}
    for one in asked:
        key = (one.question.principal, one.question.action) if one.explanation.allowed else one.question.id
        chosen.setdefault(key, one)
    path.write_text(json.dumps([as_asked(one.question) for one in chosen.values()]) + "\n", encoding="utf-8")
