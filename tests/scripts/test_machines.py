"""Set-up and verbs take a machine as it is: nothing is installed into the system unasked, one set-up at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.example_files import ROOT


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs, the only one that is searched: no nginx, an apt-get that notes that it was run, root."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("bash", "env"):
        (folder / name).symlink_to(shutil.which(name) or pytest.fail(name))
    for name, text in {"apt-get": f'echo "$@" >> {tmp_path}/installed', "id": "echo 0"}.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    (folder / "sh").symlink_to(shutil.which("sh") or pytest.fail("sh"))
    return folder


def set_up_nginx(programs: Path, **asked: str) -> str:
    done = subprocess.run(
        [ROOT / "scripts" / "nginx"], env={"PATH": str(programs), **asked}, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("asked", [{}, {"INSTALL_NGINX": ""}, {"INSTALL_NGINX": "no"}])
def test_nothing_is_installed_into_the_system_unasked(programs: Path, tmp_path: Path, asked: dict[str, str]) -> None:
    said = set_up_nginx(programs, **asked)
    assert not (tmp_path / "installed").exists()
    assert "INSTALL_NGINX=yes make setup" in said


def test_nginx_is_installed_when_it_is_asked_for(programs: Path, tmp_path: Path) -> None:
    assert set_up_nginx(programs, INSTALL_NGINX="yes") == "Installing nginx\n"
    assert "nginx-light" in (tmp_path / "installed").read_text()


def test_nginx_that_is_there_is_taken(programs: Path, tmp_path: Path) -> None:
    shutil.copy(programs / "id", programs / "nginx")
    assert set_up_nginx(programs, INSTALL_NGINX="yes") == ""
    assert not (tmp_path / "installed").exists()


def test_set_ups_run_one_after_the_other(tmp_path: Path) -> None:
    alone = [sys.executable, str(ROOT / "scripts" / "one_at_a_time.py"), str(tmp_path / "build" / "lock")]
    pipe = subprocess.PIPE
    with subprocess.Popen([*alone, "sh", "-c", "echo begun; read _"], stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout
        assert first.stdout.readline() == "begun\n"
        with subprocess.Popen([*alone, "echo", "second"], stdout=pipe, text=True) as second:
            assert second.stdout
            assert second.stdout.readline() == "Waiting for another set-up in this clone\n"
            assert second.poll() is None
            first.communicate("\n")
            assert second.communicate()[0] == "second\n"
    assert (first.returncode, second.returncode) == (0, 0)


def environment_of_make(folder: Path, home: str) -> dict[str, str]:
    """What a recipe of the Makefile finds in its environment."""
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "more.mk").write_text("include Makefile\nshow:\n\t@env -0\n")
    done = subprocess.run(
        [shutil.which("make") or "make", "-s", "-f", "more.mk", "show"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": home},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.partition("=")[::2] for line in done.stdout.split("\0"))


@pytest.mark.parametrize("home", ["/proc/1", "/dev/null/home", ""])
def test_caches_are_in_the_clone_where_the_home_cannot_be_written(tmp_path: Path, home: str) -> None:
    found = environment_of_make(tmp_path, home)
    for name in ("XDG_CACHE_HOME", "UV_CACHE_DIR", "PIP_CACHE_DIR"):
        assert Path(found[name]).is_relative_to(tmp_path / "build" / "cache")


def test_caches_are_where_they_always_are_in_a_home_that_can_be_written(tmp_path: Path) -> None:
    assert not {"XDG_CACHE_HOME", "UV_CACHE_DIR"} & environment_of_make(tmp_path, str(tmp_path)).keys()
