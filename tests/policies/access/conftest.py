"""The example platform as it is built, captured once for all tests of a run."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from policies.access.graph import PolicyGraph, read_graph
from policies.access.proofs.theorem import Proof

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`resources.json` of all stacks. Workers of one run share it: the first builds, the others wait."""
    base = tmp_path_factory.getbasetemp()
    # A worker's folder lies in the run's; without workers the folder is the run's own, and its parent every run's.
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "platform"
    shared.mkdir(exist_ok=True)
    found = shared / "resources.json"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            command = [sys.executable, "-m", "rehearsal", "--stacks-only", "--folder", str(shared)]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout + run.stderr
    return found


@pytest.fixture(scope="session")
def graph(resources: Path) -> PolicyGraph:
    """The example platform's graph."""
    return read_graph(resources)


@pytest.fixture(scope="session")
def proofs(graph: PolicyGraph) -> Sequence[Proof]:
    """All theorems of the example platform."""
    from policies.access.proofs.all import prove_all

    return prove_all(graph, workers=1)
