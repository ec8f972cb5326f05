"""No check remembers the rows of another test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.endpoint_checker import handler


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    handler._read.clear()
    yield
    handler._read.clear()
