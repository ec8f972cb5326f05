"""The stack files that the program's own tests run on, whatever a team's settings at the repository's root say."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Stack files, Pulumi.yaml and exemptions of the example platform. Only tests read them, and tests read no others.
EXAMPLE = Path(__file__).resolve().parent / "example"
EXEMPTIONS = EXAMPLE / "policy-exemptions.yaml"


def copy_example(directory: Path) -> None:
    """Copy the example's stack files and Pulumi.yaml to a directory, for a test to change them there."""
    for path in EXAMPLE.glob("Pulumi*.yaml"):
        shutil.copy(path, directory)


def is_a_teams(path: str) -> bool:
    """Whether a file is a setting at the repository's root: a stack file, Pulumi.yaml, accounts.yaml or exemptions."""
    folder, _, name = path.rpartition("/")
    if not name.endswith((".yaml", ".yml")) or not name.startswith(("Pulumi.", "accounts.", "policy-exemptions.")):
        return False
    return Path(folder).resolve() == ROOT
