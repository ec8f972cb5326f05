"""What the policies of the example platform, as it is built, give and prove."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from policies.access.graph import PolicyGraph, read_graph
from policies.access.proofs.all import prove_all
from policies.access.proofs.theorem import Proof


@pytest.fixture(scope="session")
def graph(resources: Path) -> PolicyGraph:
    """The example platform's graph."""
    return read_graph(resources)


@pytest.fixture(scope="session")
def proofs(graph: PolicyGraph) -> Sequence[Proof]:
    """Proofs of all theorems on the example platform."""
    return prove_all(graph, workers=1)
