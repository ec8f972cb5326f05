"""Functions run in forked processes, which inherit the parent's memory: nothing large has to be pickled."""

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
def started(tasks: Sequence[Callable[[], Result]], workers: int | None = None) -> Iterator[Results[Result]]:
    """Starts the tasks in order, and gives a function that waits for their results, which must be picklable.

    As many processes as there are cores, unless `workers` says otherwise. With one, the tasks run in this process when
    their results are asked for.
    """
    workers = workers or min(len(tasks), len(os.sched_getaffinity(0)))
    if workers <= 1:
        yield lambda: [task() for task in tasks]
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_inherit, initargs=(tasks,)) as pool:
        futures = [pool.submit(_run, index) for index in range(len(tasks))]
        yield lambda: [future.result() for future in futures]


_TASKS: list[Callable[[], object]] = []


def _inherit(tasks: Sequence[Callable[[], object]]) -> None:
    _TASKS[:] = tasks
    # Inherited objects live until the process ends: collecting garbage among them only costs time.
    gc.freeze()


def _run(index: int) -> Any:
    return _TASKS[index]()
