"""`make rehearse` hands over what was typed, whatever characters it holds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SHOW = "import json, sys; print(json.dumps(sys.argv[1:]))"
VALUES = (
    "price ($)",
    'p\\q"r',
    "-logp",
    "--target",
    "$HOME",
    "$(shell touch made)",
    "`touch made`",
    "$$(touch made)",
    "'; touch made; '",
    "#comment",
    "a=b",
    "größe (µm)",
    "two  spaces",
    "* ? [a-z]",
    "\\",
)


def _arguments(folder: Path, *typed: str, **environment: str) -> list[str]:
    """What the rehearsal is started with by `make rehearse` in a folder that holds the Makefile alone."""
    program = folder / "show.py"
    program.write_text(_SHOW)
    shutil.copy(ROOT / "Makefile", folder)
    command = ["make", "-s", "rehearse", "INSTALLED=", f"RUN={sys.executable} {program}", *typed]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=True, timeout=60
    )
    arguments = json.loads(done.stdout)
    assert arguments[:2] == ["-m", "rehearsal"]
    return list(arguments[2:])


@pytest.mark.parametrize("value", VALUES)
def test_a_value_reaches_the_program_as_it_was_typed(tmp_path: Path, value: str) -> None:
    assert _arguments(tmp_path, "DATA=d.csv", f"TARGET={value}") == ["--data=d.csv", f"--target={value}"]
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("value", VALUES)
def test_a_value_of_the_environment_is_not_run_either(tmp_path: Path, value: str) -> None:
    assert _arguments(tmp_path, TARGET=value) == [f"--target={value}"]
    assert not (tmp_path / "made").exists()


def test_every_option_has_its_word(tmp_path: Path) -> None:
    typed = ("STACKS_ONLY=1", "PROJECT=p", "PROBLEM=binary", "SABOTAGE=labels", "DOUBT=against", "LIFE=whole")
    wanted = ["--stacks-only=1", "--project=p", "--problem=binary", "--sabotage=labels", "--doubt=against"]
    assert _arguments(tmp_path, *typed) == [*wanted, "--life=whole"]


@pytest.mark.parametrize("value", VALUES)
def test_a_switchs_value_is_not_run_either(tmp_path: Path, value: str) -> None:
    assert _arguments(tmp_path, f"STACKS_ONLY={value}") == [f"--stacks-only={value}"]
    assert not (tmp_path / "made").exists()


def test_nothing_typed_is_nothing_handed_over(tmp_path: Path) -> None:
    assert _arguments(tmp_path) == []
    assert _arguments(tmp_path, "STACKS_ONLY=", "DATA=") == []


def test_variables_that_nobody_reads_are_handed_over_by_name(tmp_path: Path) -> None:
    assert _arguments(tmp_path, "TARGTE=$(shell touch made)", "X='; touch made", "TARGET=y") == [
        "--unknown=TARGTE X",
        "--target=y",
    ]
    assert not (tmp_path / "made").exists()


def test_what_the_makefile_or_its_tools_read_is_not_unknown(tmp_path: Path) -> None:
    assert _arguments(tmp_path, "PYTHON=python3", "UV=uv", "PIP_INDEX_URL=u", "https_proxy=p", "-j2") == []


def test_other_goals_hand_variables_on(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shown = tmp_path / "shown.mk"
    shown.write_text("include Makefile\nshow:\n\t@printenv PYTEST_ADDOPTS\n")
    command = ["make", "-s", "-f", str(shown), "show", "PYTEST_ADDOPTS=-x"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout == "-x\n"


def test_variables_of_the_environment_are_not_typed(tmp_path: Path) -> None:
    assert _arguments(tmp_path, TARGTE="x") == []
