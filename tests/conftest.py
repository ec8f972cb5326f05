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
# A fixture that brings a platform up does so in each worker's process: tests of these folders stay on one worker.
TOGETHER = (
    "delivery/",
    "policies/access/graph/",
    "policies/access/matrix",
    "policies/access/published/",
    "rehearsal/authorization/",
    "rehearsal/services/",
    "stacks/example/",
)


# Before xdist's own hook, which reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark slow tests; keep together what shares an expensive fixture."""
    for item in items:
        path = item.path.relative_to(TESTS).as_posix()
        if path.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        group = next((folder for folder in TOGETHER if path.startswith(folder)), None)
        if group or path.startswith("stacks/"):
            item.add_marker(pytest.mark.xdist_group(group or path))
