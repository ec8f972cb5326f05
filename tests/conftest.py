"""What holds for all tests: hypothesis's profile, files that none reads, which are slow, which are on one worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.example_files import EXAMPLE, ROOT, is_a_teams
from tests.shared_folder import shared_folder

# A machine that is busy with something else makes no property false.
settings.register_profile("platform", deadline=None)
settings.load_profile("platform")


def refuse_a_teams_settings(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse to open the settings at the repository's root: tests of the program hold whatever a team writes there."""
    if event == "open" and isinstance(arguments[0], str) and is_a_teams(arguments[0]):
        raise AssertionError(f"a test reads {arguments[0]}, which is a team's: read tests.example_files.EXAMPLE")


sys.addaudithook(refuse_a_teams_settings)

TESTS = Path(__file__).parent
# Folders and files whose tests bring up stacks, processes or a solver: `make test.fast` leaves them out.
SLOW = (
    "delivery/test_template.py",
    "generated_settings",
    "policies/access/actions/test_granted.py",
    "policies/access/comparison",
    "policies/access/graph",
    "policies/access/matrix",
    "policies/access/mutations",
    "policies/access/proofs",
    "policies/access/random_mutations/test_sample.py",
    "policies/access/test_console.py",
    "policies/access/test_projected_sizes.py",
    "rehearsal",
    "stacks",
    "variants",
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


@pytest.fixture(scope="session")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`resources.json` of all stacks of the example platform, built once for all workers of a run."""
    with shared_folder(tmp_path_factory, "example-platform") as folder:
        found = folder / "resources.json"
        if not found.exists():
            command = [sys.executable, "-m", "rehearsal", "--stacks-only"]
            command += ["--directory", str(EXAMPLE), "--folder", str(folder)]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stdout + run.stderr
    return found


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
