"""Every theorem, in the order in which they are read."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from policies.access.estate import Estate
from policies.access.proofs import delivery, models, perimeter
from policies.access.proofs.escalation import reach
from policies.access.proofs.theorem import Proof, Theorem, prove

THEOREMS: tuple[Theorem, ...] = (
    *models.THEOREMS,
    *perimeter.THEOREMS,
    *reach.THEOREMS,
    *delivery.THEOREMS,
)


def prove_all(estate: Estate, workers: int | None = None) -> list[Proof]:
    """All theorems of an estate, on as many processes as there are cores unless `workers` says otherwise."""
    workers = workers or min(len(THEOREMS), os.cpu_count() or 1)
    if workers == 1:
        return [prove(theorem, estate) for theorem in THEOREMS]
    # Forked, so that the estate need not travel: a process inherits it.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_inherit, initargs=(estate,)) as pool:
        found = {proof.theorem.id: proof for proofs in pool.map(_prove, range(len(TOGETHER))) for proof in proofs}
    return [found[theorem.id] for theorem in THEOREMS]


def _shared(theorems: Sequence[Theorem]) -> list[tuple[Theorem, ...]]:
    """The theorems as they are handed to processes: first those that rest on the same steps, together."""
    together = tuple(theorem for theorem in theorems if theorem.id in ("no-escalation", "scientists-decide-nothing"))
    return [together, *((theorem,) for theorem in theorems if theorem not in together)]


TOGETHER = _shared(THEOREMS)
_ESTATES: list[Estate] = []


def _inherit(estate: Estate) -> None:
    _ESTATES[:] = [estate]


def _prove(place: int) -> list[Proof]:
    return [prove(theorem, _ESTATES[0]) for theorem in TOGETHER[place]]
