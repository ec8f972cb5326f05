"""Work on other cores: each piece in a process that inherits everything, so that nothing large has to travel."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")
Results = Callable[[], list[Result]]


@contextmanager
def begun(pieces: Sequence[Callable[[], Result]], workers: int | None = None) -> Iterator[Results[Result]]:
    """Begins the pieces, the first ones first, and gives what waits for their results, which must be picklable.

    On as many processes as there are cores, unless `workers` says otherwise. With one, pieces wait until their results
    are asked for and run in this process.
    """
    workers = workers or min(len(pieces), len(os.sched_getaffinity(0)))
    if workers <= 1:
        yield lambda: [piece() for piece in pieces]
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_inherit, initargs=(pieces,)) as pool:
        futures = [pool.submit(_run, place) for place in range(len(pieces))]
        yield lambda: [future.result() for future in futures]


_PIECES: list[Callable[[], object]] = []


def _inherit(pieces: Sequence[Callable[[], object]]) -> None:
    _PIECES[:] = pieces
    # What was inherited stays until the process ends: no need to look through it again and again.
    gc.freeze()


def _run(place: int) -> Any:
    return _PIECES[place]()
