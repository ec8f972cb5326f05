"""A team's edit, compared with what it committed, by the command that `make compare` runs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.example_files import ROOT
from tests.rehearsal.compare.test_base import git
from tests.stacks.layouts import Layout

# The program, without what a rehearsal of stacks does not read; settings come from the example.
_PROGRAM = (
    *("__main__.py", "pyproject.toml", "uv.lock", "assumptions", "catalog", "components", "containers", "delivery"),
    *("functions", "operate", "policies", "rehearsal", "seed_code", "settings", "stacks"),
)
_NOT_OF_GIT = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache")
_COMPARE = (sys.executable, "-W", "ignore::DeprecationWarning", "-m", "rehearsal.compare")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the program and the example's settings: `main`, and `broken`, whose settings are refused."""
    folder = tmp_path_factory.mktemp("team") / "clone"
    layout = Layout(folder)
    for name in _PROGRAM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=_NOT_OF_GIT)
        else:
            shutil.copy(ROOT / name, folder)
    (folder / ".gitignore").write_text("build/\n__pycache__/\n")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Example")
    layout.change("dev", region="nowhere")
    git(folder, "commit", "--quiet", "--all", "--message", "Broken")
    git(folder, "branch", "broken")
    git(folder, "reset", "--quiet", "--hard", "HEAD~1")
    return folder


def compare(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_COMPARE, *arguments], cwd=clone, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_an_edit_is_told_with_its_resources_rights_and_cost(clone: Path) -> None:
    layout = Layout(clone)
    dev = layout.stacks()["dev"]
    scientists = [*dev["studio"]["scientists"], {"name": "carol", "projects": ["screening"]}]
    layout.change("dev", studio=dev["studio"] | {"scientists": scientists}, network=dev["network"] | {"nat": True})
    deployments = layout.stacks()["project-screening"]["deployments"]
    more = {"minInstances": 4, "maxInstances": 4}
    layout.change("project-screening", deployments={**deployments, "production": deployments["production"] | more})

    done = compare(clone, "--base", "main", "--json")

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["before"].startswith("main (")
    assert found["notes"] == []
    _resources(found["resources"])
    _rights(found["rights"])
    costs = {(each["stack"], each["thing"]): each for each in found["cost"]["changes"]}
    assert costs["dev", "NAT gateway"]["dollarsAMonth"] == "70.08"
    instances = costs["project-screening", "endpoint instance ml.m5.large"]
    assert (instances["after"] - instances["before"], instances["dollarsAMonth"]) == (2, "186.88")
    assert (clone / "build/compare/comparison.md").read_text().startswith("## What this change would do")


def _resources(changes: list[dict[str, Any]]) -> None:
    found = {(each["stack"], each["name"], each["type"]): each["what"] for each in changes}
    assert found["dev", "network-nat-0", "aws:ec2/natGateway:NatGateway"] == "come"
    assert found["dev", "scientist-carol-role", "aws:iam/role:Role"] == "come"
    assert found["project-screening", "role-publish-role", "aws:iam/role:Role"] == "change"
    # Drawn ids differ everywhere, and nothing changes for that.
    assert [each for each, what in found.items() if what in ("replace", "go")] == []
    assert {stack for stack, _, _ in found} == {"dev", "project-screening"}


def _rights(rights: dict[str, Any]) -> None:
    carol = "arn:aws:iam::111111111111:role/mlops/people/mlops-dev-studio-carol"
    assert rights["callersCome"] == [carol]
    assert {each["caller"] for each in rights["wider"]} == {carol}
    assert rights["narrower"] == []
    trust = {each["role"].rpartition("/")[2]: each["come"] for each in rights["trust"]}
    assert trust["mlops-screening-publish"] == [carol]
    assert all(each["before"]["verdict"] == each["after"]["verdict"] == "proved" for each in rights["theorems"])


@pytest.mark.slow
def test_a_state_whose_settings_are_refused_is_said_to_be(clone: Path) -> None:
    done = compare(clone, "--base", "broken")
    assert done.returncode == 2
    assert "Pulumi.dev.yaml" in done.stderr
    assert "broken (" in done.stderr
    assert "cannot be compared: its own check refuses its settings" in done.stderr
    assert "Rehearse the stacks" not in done.stderr
    assert "Traceback" not in done.stderr
