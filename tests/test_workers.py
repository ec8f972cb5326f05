"""Tests that share what is expensive to make run on one worker."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.xdist_group("workers")


def test_the_group_of_a_test_reaches_the_scheduler(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("one process runs all tests")
    assert request.node.nodeid.endswith("@workers"), "xdist reads groups from the ids of tests"
