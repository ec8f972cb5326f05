"""The example platform's graph, and requests of its journey put to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.access.graph import graph_of
from policies.pack.captured import read
from rehearsal.authorization.resource_facts import ResourceFacts, facts_from
from tests.rehearsal.authorization.project_requests import ProjectRequests


@pytest.fixture(scope="session")
def facts(resources: Path) -> ResourceFacts:
    """What the platform's stacks tell."""
    stacks = read(resources)
    return facts_from(graph_of(stacks), stacks)


@pytest.fixture(scope="session")
def journey(facts: ResourceFacts) -> ProjectRequests:
    """Requests as a journey of the screening project makes them."""
    return ProjectRequests(facts.graph)
