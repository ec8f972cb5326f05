"""Every theorem, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from policies.access import forked
from policies.access.graph import PolicyGraph
from policies.access.proofs import delivery, keeping, limits, models, perimeter
from policies.access.proofs.escalation import reach
from policies.access.proofs.theorem import Proof, Theorem, prove

THEOREMS: tuple[Theorem, ...] = (
    *models.THEOREMS,
    *perimeter.THEOREMS,
    *reach.THEOREMS,
    *delivery.THEOREMS,
    *limits.THEOREMS,
    *keeping.THEOREMS,
)
# They rest on the same steps from role to role, which a process then finds once.
_SAME_STEPS = ("no-escalation", "scientists-decide-nothing")


def prove_all(graph: PolicyGraph, workers: int | None = None) -> list[Proof]:
    """All theorems of an graph, on as many processes as there are cores unless `workers` says otherwise."""
    with proving(graph, workers) as proofs:
        return proofs()


@contextmanager
def proving(graph: PolicyGraph, workers: int | None = None) -> Iterator[forked.Results[Proof]]:
    """Begins to prove all theorems, and gives what waits for the proofs: this process has time for something else."""
    with forked.begun([partial(_prove, theorems, graph) for theorems in _pieces()], workers) as results:

        def proofs() -> list[Proof]:
            found = {proof.theorem.id: proof for piece in results() for proof in piece}
            return [found[theorem.id] for theorem in THEOREMS]

        yield proofs


def _pieces() -> list[Sequence[Theorem]]:
    """The longest piece first."""
    together = [theorem for theorem in THEOREMS if theorem.id in _SAME_STEPS]
    return [together, *([theorem] for theorem in THEOREMS if theorem not in together)]


def _prove(theorems: Sequence[Theorem], graph: PolicyGraph) -> list[Proof]:
    return [prove(theorem, graph) for theorem in theorems]
