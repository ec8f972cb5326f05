"""What teams change first passes every check of their settings, and the access that it gives is written down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.example_files import EXEMPTIONS, ROOT
from tests.stacks.layouts import Layout
from tests.variants.variants import VARIANTS


def run(*command: str) -> None:
    """Run a module of the program as `make check` does; it must end well."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"


@pytest.mark.parametrize("name", VARIANTS)
def test_checks_of_changed_settings_are_green(name: str, tmp_path: Path) -> None:
    layout = Layout(tmp_path / "files")
    VARIANTS[name](layout)
    built, documents = tmp_path / "built", tmp_path / "documents"
    resources = str(built / "resources.json")
    run("settings", "check", "--directory", str(layout.directory))
    run("rehearsal", "--stacks-only", "--destroy", "--directory", str(layout.directory), "--folder", str(built))
    run("policies.check", resources, "--settings", str(layout.directory), "--exemptions", str(EXEMPTIONS))
    run("policies.access", "review", resources, "--write", "--documents", str(documents))
    assert {path.name for path in documents.iterdir()} == {"access-matrix.md", "access-proofs.md"}
