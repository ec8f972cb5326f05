"""A folder that all workers of one test run share, for what one of them makes and the others wait for."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def shared_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """The run's folder of this name, for one process at a time: whoever comes first finds it empty and fills it.

    The lock is released on leaving, also when the process ends; what was written stays for the rest of the run.
    """
    base = tmp_path_factory.getbasetemp()
    # A worker's folder lies in the run's. Without workers the folder is the run's own, and its parent is every run's.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
