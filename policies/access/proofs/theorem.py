"""What a theorem states, and what came of its proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from policies.access.graph import PolicyGraph
from policies.access.proofs.emptiness import NOTHING_BUILT, Emptiness


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One way in which a theorem fails: `title` is a sentence, `request` the request that is allowed, if there is one.

    Of an escalation, `request` holds its steps.
    """

    title: str
    request: str = ""


@dataclass(frozen=True, kw_only=True)
class ProofOutcome:
    """What a proof found out. `named` lists whoever the theorem names: the exceptions that it prints."""

    findings: Sequence[Finding] = ()
    named: Sequence[str] = ()
    queries: int = 0


@dataclass(frozen=True, kw_only=True)
class Theorem:
    """A statement about all requests. `id` is short; `statement` is what holds when the proof finds nothing.

    A proof that finds nothing to speak of fails, unless `may_be_empty` says of this graph that there is nothing.
    """

    id: str
    statement: str
    prove: Callable[[PolicyGraph], ProofOutcome]
    may_be_empty: Emptiness = NOTHING_BUILT


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A theorem with its outcome and the seconds that it took."""

    theorem: Theorem
    outcome: ProofOutcome
    seconds: float = field(compare=False)

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return not self.outcome.findings

    @property
    def verdict(self) -> str:
        """In words; a theorem that found nobody to speak of is not called proved."""
        if not self.holds:
            return f"fails: {len(self.outcome.findings)}"
        return "proved" if self.outcome.queries else f"speaks of nothing: {self.theorem.may_be_empty.reason}"


def prove(theorem: Theorem, graph: PolicyGraph) -> Proof:
    """Prove one theorem of a graph."""
    began = time.monotonic()
    outcome = theorem.prove(graph)
    if not outcome.queries and not outcome.findings and not theorem.may_be_empty.allowed(graph):
        reason = theorem.may_be_empty.reason
        empty = Finding(title=f"speaks of nothing, which it may only where {reason}: what it is about was not found")
        outcome = replace(outcome, findings=[empty])
    return Proof(theorem=theorem, outcome=outcome, seconds=time.monotonic() - began)
