"""The program's tests run on the example, whatever a team writes into the settings at the repository's root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.example_files import EXAMPLE, ROOT, copy_example, is_a_teams

# Those that read the example's files themselves; what brings stacks up is listed by `--collect-only` alone.
READERS = (
    "tests/settings/test_contract.py",
    "tests/settings/test_loading.py",
    "tests/assumptions/test_probing.py",
    "tests/policies/pack/test_pack_exemptions.py",
)


def replace(directory: Path, old: str, new: str) -> None:
    """Change a text in every stack file."""
    for path in directory.glob("Pulumi*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def changed_in_every_way(directory: Path) -> None:
    """A third project, a second production account, another region, another prefix, NAT."""
    copy_example(directory)
    screening = (directory / "Pulumi.project-screening.yaml").read_text(encoding="utf-8")
    (directory / "Pulumi.project-churn.yaml").write_text(screening.replace("screening", "churn"), encoding="utf-8")
    production = (directory / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    second = production.replace("333333333333", "444444444444").replace("10.30.", "10.40.")
    (directory / "Pulumi.prod-2.yaml").write_text(second, encoding="utf-8")
    replace(directory, "eu-west-1", "eu-central-1")
    replace(directory, "default: mlops", "default: acme")
    replace(directory, "  mlops-platform:network:", "  mlops-platform:network:\n    nat: true")


def one_account(directory: Path) -> None:
    """Everything in one account, of which no stack of the example's second and third account is left."""
    copy_example(directory)
    for stack in ("foundation-staging", "foundation-prod"):
        (directory / f"Pulumi.{stack}.yaml").unlink()
    for account in ("222222222222", "333333333333"):
        replace(directory, account, "111111111111")


def repository(directory: Path) -> None:
    """The repository's files without a team's settings; git does not carry what was installed or built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git is where the repository is
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and not path.is_symlink() and not is_a_teams(str(path)):
            copy = directory / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [changed_in_every_way, one_account])
def test_tests_read_no_settings_of_a_team(settings: Callable[[Path], None], tmp_path: Path) -> None:
    repository(tmp_path)
    settings(tmp_path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    for arguments in (["--collect-only"], READERS):
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr


@pytest.mark.parametrize("name", ["Pulumi.yaml", "Pulumi.dev.yaml", "policy-exemptions.yaml", "accounts.yaml"])
def test_a_test_that_reads_a_teams_settings_fails(name: str) -> None:
    with pytest.raises(AssertionError, match=f"a test reads .*{name}, which is a team's"):
        (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [EXAMPLE / "Pulumi.dev.yaml", ROOT / "docs" / "glossary.md"])
def test_other_files_are_read(path: Path) -> None:
    assert path.read_text(encoding="utf-8")
