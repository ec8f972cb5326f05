"""Reviews an estate: what holds, what fails, of what nothing can be said, and what was not read."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from catalog.nearest import did_you_mean
from policies.access import parallel
from policies.access.encoding import MalformedDocument, Unsupported
from policies.access.inventory.entries import BadInventory
from policies.access.inventory.estate import Estate
from policies.access.inventory.theorems import THEOREMS, UNSPEAKING, EstateTheorem
from policies.access.inventory.unread import Unread
from policies.access.proofs.theorem import ProofOutcome


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of one theorem: `silent` says why it could not speak, `undecided` why nobody knows whether it holds."""

    id: str
    statement: str
    asked: bool
    silent: str = ""
    undecided: str = ""
    outcome: ProofOutcome = field(default_factory=ProofOutcome)
    seconds: float = field(default=0.0, compare=False)

    def word(self, everything_read: bool) -> str:
        """In words: nothing is proved of an estate that was not read as a whole."""
        if self.silent:
            return "cannot speak"
        if self.undecided:
            return "not decided"
        if self.outcome.findings:
            return f"fails: {len(self.outcome.findings)}"
        if not self.outcome.queries:
            return "nothing here to prove it of"
        return "proved" if everything_read else "not proved"


@dataclass(frozen=True, kw_only=True)
class EstateReview:
    """The verdicts of an estate, and what could not be read of it."""

    verdicts: Sequence[Verdict]
    unread: Sequence[Unread]

    @property
    def holds(self) -> bool:
        """Whether everything was read, and everything that was asked holds."""
        return not self.unread and all(
            not (one.silent or one.undecided or one.outcome.findings) and one.outcome.queries
            for one in self.verdicts
            if one.asked
        )

    def as_json(self) -> Mapping[str, Any]:
        """For machines."""
        return {
            "holds": self.holds,
            "theorems": [
                {
                    "id": one.id,
                    "statement": one.statement,
                    "asked": one.asked,
                    "verdict": one.word(not self.unread),
                    "because": one.silent or one.undecided,
                    "findings": [{"title": each.title, "request": each.request} for each in one.outcome.findings],
                    "named": list(one.outcome.named),
                    "queries": one.outcome.queries,
                }
                for one in self.verdicts
            ],
            "otherTheorems": [{"id": id_, "because": because} for id_, because in UNSPEAKING.items()],
            "unread": [{"where": one.where, "what": one.what} for one in self.unread],
        }


def review_estate(estate: Estate, workers: int | None = None) -> EstateReview:
    """Prove every theorem that is asked and can speak. Raises BadInventory for one that there is not."""
    asked = estate.inventory.theorems
    known = {theorem.id for theorem in THEOREMS}
    problems = [
        f"theorems: {name} cannot be asked: {UNSPEAKING[name]}"
        if name in UNSPEAKING
        else f"theorems: there is no {name}{did_you_mean(name, known)}; there are {', '.join(sorted(known))}"
        for name in asked
        if name not in known
    ]
    if problems:
        raise BadInventory("\n".join(problems))
    wanted = [theorem for theorem in THEOREMS if not asked or theorem.id in asked]
    with parallel.started([partial(_verdict, theorem, estate) for theorem in wanted], workers) as results:
        return EstateReview(verdicts=results(), unread=estate.unread)


def _verdict(theorem: EstateTheorem, estate: Estate) -> Verdict:
    chosen, began = estate.inventory.theorems, time.monotonic()
    silent, undecided, outcome = theorem.silent(estate) or "", "", ProofOutcome()
    try:
        outcome = outcome if silent else theorem.prove(estate)
    except (MalformedDocument, Unsupported) as error:
        undecided = f"a policy in a form that is not decided here: {error}"
    return Verdict(
        id=theorem.id,
        statement=theorem.statement,
        # Where no theorem is chosen, all that can be said counts.
        asked=theorem.id in chosen or not (chosen or silent),
        silent=silent,
        undecided=undecided,
        outcome=outcome,
        seconds=time.monotonic() - began,
    )
