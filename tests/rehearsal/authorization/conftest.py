"""The example platform's graph, and requests of its journey put to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.access.graph import graph_of
from policies.pack.captured import read
from rehearsal.authorization.resource_facts import ResourceFacts, facts_from
from tests.policies.access.conftest import resources  # noqa: F401 (a fixture: the platform is built once for all)
from tests.rehearsal.authorization.journey import Journey


@pytest.fixture(scope="session")
def known(resources: Path) -> ResourceFacts:  # noqa: F811
    """What the platform's stacks tell."""
    stacks = read(resources)
    return facts_from(graph_of(stacks), stacks)


@pytest.fixture(scope="session")
def journey(known: ResourceFacts) -> Journey:
    """Requests as a journey of the screening project makes them."""
    return Journey(known.graph)
