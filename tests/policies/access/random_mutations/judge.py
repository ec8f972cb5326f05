"""A mutation judged: whether it opens access, and what notices it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from policies.access.graph import BadExport
from tests.policies.access.random_mutations.judged import Platform
from tests.policies.access.random_mutations.opened import openings
from tests.policies.access.random_mutations.random_mutation import RandomMutation, statements_changed
from tests.policies.access.random_mutations.vocabulary import Vocabulary

# `refused`: nobody can be asked before it is corrected. `shown`: noticed as a difference of the generated matrix alone.
# `crashed`: the commands end with a traceback, which tells nobody what is wrong.
Verdict = Literal["refused", "opens nothing", "noticed", "shown", "missed", "crashed"]

OPENING = ("noticed", "shown", "missed", "crashed")
UNNOTICED = ("shown", "missed", "crashed")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What became of one mutation. `opens` is a request, or the guard that a setting was; `by` what noticed it."""

    number: int
    operator: str
    where: str
    verdict: Verdict
    opens: str = ""
    by: str = ""
    before: str = ""
    after: str = ""
    policy: bool = True

    def as_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    def lines(self) -> Iterator[str]:
        """For a reader: where, what opens, before and after."""
        yield f"## {self.number} {self.operator}: {self.where}"
        yield f"- {self.verdict}{f' by {self.by}' if self.by else ''}; opens: {self.opens}"
        yield f"- before: {self.before}"
        yield f"- after: {self.after}"


def judge(platform: Platform, words: Vocabulary, mutation: RandomMutation, rng: random.Random) -> Judgement:
    """Whether a mutation opens access, and what notices it."""
    stacks = platform.read(mutation.applied(platform.records))
    try:
        graph = platform.graph_of(stacks)
    except BadExport as bad:
        return _judgement(mutation, "refused", by=str(bad).splitlines()[0])
    if refusal := platform.refusal(graph):
        return _judgement(mutation, "refused", by=refusal[1])
    opens = mutation.guards or next(map(str, openings(platform.graph, graph, words, rng)), "")
    if not opens:
        return _judgement(mutation, "opens nothing")
    try:
        noticed = platform.noticed(stacks, graph)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, StopIteration) as error:
        # The commands end with a traceback, which names nothing.
        return _judgement(mutation, "crashed", opens=opens, by=repr(error))
    if noticed:
        return _judgement(mutation, "noticed", opens=opens, by=noticed[0][0])
    return _judgement(mutation, "shown" if platform.in_matrix(graph) else "missed", opens=opens)


def _judgement(mutation: RandomMutation, verdict: Verdict, *, opens: str = "", by: str = "") -> Judgement:
    return Judgement(
        number=mutation.number,
        operator=mutation.operator,
        where=mutation.where,
        verdict=verdict,
        opens=opens,
        by=by,
        before=_text(mutation.before, mutation.after),
        after=_text(mutation.after, mutation.before),
        policy=not mutation.guards,
    )


def _text(one: Any, other: Any) -> str:
    """What one side has and the other has not."""
    if isinstance(one, dict) and "Statement" in one and isinstance(other, dict) and "Statement" in other:
        changed = list(statements_changed(one, other))
        mine = one["Statement"] if isinstance(one["Statement"], list) else [one["Statement"]]
        return json.dumps([statement for statement in mine if statement in changed])
    return json.dumps(one)
