"""What holds for all tests: hypothesis's profile, which tests are slow, which belong on one worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# A machine that is busy with something else makes no property false.
settings.register_profile("platform", deadline=None)
settings.load_profile("platform")

TESTS = Path(__file__).parent
# Folders and files whose tests bring up stacks, processes or a solver: `make test.fast` leaves them out.
SLOW = (
    "delivery/test_template.py",
    "policies/access/comparison",
    "policies/access/graph",
    "policies/access/matrix",
    "policies/access/mutations",
    "policies/access/proofs",
    "policies/access/test_console.py",
    "policies/access/test_projected_sizes.py",
    "rehearsal",
    "stacks",
)
# A platform that stands is looked at by many tests. Its fixture makes it once in each worker's process, so the tests
# of one such fixture stay on one worker.
STANDING_PLATFORM = "standing"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow tests; keep the tests of a file of stacks, and all that look at the standing platform, together."""
    for item in items:
        path = item.path.relative_to(TESTS).as_posix()
        if path.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if STANDING_PLATFORM in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(STANDING_PLATFORM))
        elif path.startswith(("stacks/", "rehearsal/engine/test_every_type", "delivery/", "policies/access/matrix")):
            item.add_marker(pytest.mark.xdist_group(path))
