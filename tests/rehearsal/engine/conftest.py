"""A fresh in-memory AWS and engine for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine
from tests.rehearsal.engine.programs import REGION


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An empty AWS."""
    with Cloud(REGION) as cloud:
        yield cloud


@pytest.fixture
def engine(cloud: Cloud) -> Engine:
    """An engine without stacks."""
    return Engine(cloud)
