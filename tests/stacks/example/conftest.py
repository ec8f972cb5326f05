"""The example platform, brought up once for all tests of this folder, which only look at it.

A process has one in-memory AWS at a time: whoever needs another platform is in a folder of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stacks.conftest import Platform, example_platform


@pytest.fixture(scope="package")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The whole example platform, up."""
    for platform in example_platform(tmp_path_factory.mktemp("platform")):
        platform.up()
        yield platform
