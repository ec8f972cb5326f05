"""Every theorem, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from policies.access import parallel
from policies.access.graph import PolicyGraph
from policies.access.proofs import (
    across_accounts,
    approvals,
    boundaries,
    change_sets,
    configuration,
    declared,
    delivery,
    duties,
    encryption,
    entries,
    evidence,
    grants,
    guards,
    inputs,
    loosening,
    models,
    paths,
    perimeter,
    premises,
    previews,
    transport,
)
from policies.access.proofs.escalation import reach
from policies.access.proofs.theorem import Proof, ProofOutcome, Theorem, prove

THEOREMS: tuple[Theorem, ...] = (
    *models.THEOREMS,
    *perimeter.THEOREMS,
    *encryption.THEOREMS,
    *configuration.THEOREMS,
    *declared.THEOREMS,
    *reach.THEOREMS,
    *delivery.THEOREMS,
    *paths.THEOREMS,
    *approvals.THEOREMS,
    *inputs.THEOREMS,
    *evidence.THEOREMS,
    *guards.THEOREMS,
    *loosening.THEOREMS,
    *change_sets.THEOREMS,
    *duties.THEOREMS,
    *entries.THEOREMS,
    *grants.THEOREMS,
    *across_accounts.THEOREMS,
    *previews.THEOREMS,
    *boundaries.THEOREMS,
    *premises.THEOREMS,
    *transport.THEOREMS,
)
# They rest on the same steps from role to role, which one process then finds once.
_SHARING_STEPS = ("no-escalation", "scientists-decide-nothing")


def prove_all(graph: PolicyGraph, workers: int | None = None) -> list[Proof]:
    """Proofs of all theorems, on as many processes as there are cores unless `workers` says otherwise."""
    with proving(graph, workers) as wait_for_proofs:
        return wait_for_proofs()


@contextmanager
def proving(graph: PolicyGraph, workers: int | None = None) -> Iterator[Callable[[], list[Proof]]]:
    """Starts to prove all theorems in other processes, and gives a function that waits for the proofs."""
    tasks = [partial(_prove, theorems, graph) for theorems in _groups()]
    with parallel.started(tasks, workers) as results:

        def wait_for_proofs() -> list[Proof]:
            found = {theorem: proof for proofs in results() for theorem, proof in proofs.items()}
            pairs = [(theorem, *found[theorem.id]) for theorem in THEOREMS]
            return [Proof(theorem=theorem, outcome=outcome, seconds=seconds) for theorem, outcome, seconds in pairs]

        yield wait_for_proofs


def _groups() -> list[Sequence[Theorem]]:
    """Theorems that one process proves; the group that takes longest comes first."""
    sharing = [theorem for theorem in THEOREMS if theorem.id in _SHARING_STEPS]
    return [sharing, *([theorem] for theorem in THEOREMS if theorem not in sharing)]


def _prove(theorems: Sequence[Theorem], graph: PolicyGraph) -> dict[str, tuple[ProofOutcome, float]]:
    """Outcome and seconds by the theorem's id: a theorem itself does not go from process to process."""
    proofs = [prove(theorem, graph) for theorem in theorems]
    return {proof.theorem.id: (proof.outcome, proof.seconds) for proof in proofs}
