"""The example platform as it is built, captured once for all tests of a run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from policies.access.graph import PolicyGraph, read_graph
from policies.access.proofs.all import prove_all
from policies.access.proofs.theorem import Proof
from tests.example_files import EXAMPLE, ROOT
from tests.shared_folder import shared_folder


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`resources.json` of all stacks of the example platform, built once for all workers of a run."""
    with shared_folder(tmp_path_factory, "example-platform") as folder:
        found = folder / "resources.json"
        if not found.exists():
            command = [sys.executable, "-m", "rehearsal", "--stacks-only"]
            command += ["--directory", str(EXAMPLE), "--folder", str(folder)]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout + run.stderr
    return found


@pytest.fixture(scope="session")
def graph(resources: Path) -> PolicyGraph:
    """The example platform's graph."""
    return read_graph(resources)


@pytest.fixture(scope="session")
def proofs(graph: PolicyGraph) -> Sequence[Proof]:
    """Proofs of all theorems on the example platform."""
    return prove_all(graph, workers=1)
