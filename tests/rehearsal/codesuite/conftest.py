"""An in-memory AWS in which pipelines and builds run, and the data science account in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.suite import CodeSuite
from tests.rehearsal.codesuite.account import REGION, CodeSuiteAccount


@pytest.fixture(autouse=True)
def no_first_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests start pipelines themselves; what AWS runs by itself is in tests/rehearsal/behaviors."""
    monkeypatch.setattr("rehearsal.codesuite.operations.first_execution", lambda *_: None)


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[CodeSuite]:
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as opened:
        yield opened


@pytest.fixture
def dev(suite: CodeSuite) -> CodeSuiteAccount:
    return CodeSuiteAccount(suite.cloud, suite)
