"""What builds find on this machine: a stand-in for CodeBuild's image, and environments that are already installed."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rehearsal.aws.processes import REPOSITORY

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_IMAGE = REPOSITORY / "build" / "build-image"


@dataclass(frozen=True, kw_only=True)
class BuildEnvironment:
    """`environments` maps a CodeBuild project's name, or the `[project].name` of the source's pyproject.toml, to an
    installed virtual environment. A build gets a copy, so that its `uv sync` fetches nothing and changes nothing here.
    """

    environments: Mapping[str, Path] = field(default_factory=dict)
    programs: tuple[Path, ...] = ()

    def environment(self, home: Path) -> dict[str, str]:
        """A clean environment for a build whose home is `home`."""
        folders = [*self.programs, image() / "bin", *_uv_folder()]
        return {
            "PATH": ":".join([*map(str, folders), _SYSTEM_PATH]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "UV_CACHE_DIR": _uv_cache(),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
        }

    def provide(self, project: str, source: Path, folder: Path) -> dict[str, str]:
        """Variables that make `uv sync` find an installed environment, copied to `folder`; none where none is known."""
        installed = self.environments.get(project) or self.environments.get(_name_of(source))
        if installed is None:
            return {}
        if not installed.is_dir():
            raise FileNotFoundError(f"{installed} is not installed: run `make setup`")
        shutil.copytree(installed, folder, symlinks=True, copy_function=_link)
        return {"UV_PROJECT_ENVIRONMENT": str(folder), "UV_OFFLINE": "1"}


def _link(source: str, target: str) -> None:
    """A hard link where the file system allows it: uv and pip replace files and never write into them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _name_of(source: Path) -> str:
    path = source / "pyproject.toml"
    if not path.is_file():
        return ""
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8")).get("project", {}).get("name", ""))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ""


@cache
def image() -> Path:
    """A virtual environment that stands for CodeBuild's image: python, pip, and this machine's uv as pip knows it.

    A build that asks pip for this version of uv has it; for another it goes to the package index.
    """
    _IMAGE.parent.mkdir(parents=True, exist_ok=True)
    with (_IMAGE.parent / "build-image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (_IMAGE / "ready").exists():
            shutil.rmtree(_IMAGE, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(_IMAGE)], check=True, capture_output=True)
            pip = [str(_IMAGE / "bin" / "python"), "-m", "pip", "install", "--quiet", f"uv=={_uv_version()}"]
            uv = [_uv_program() or "uv", "pip", "install", "--quiet", "--python", pip[0], pip[-1]]
            # uv has its own wheel in its cache more often than not; without a network neither may work, and a build
            # that needs it will say so.
            if not _uv_version() or subprocess.run(uv, capture_output=True, check=False).returncode != 0:
                subprocess.run(pip, capture_output=True, check=False)
            (_IMAGE / "ready").touch()
    return _IMAGE


@cache
def _uv_program() -> str | None:
    """This machine's uv, or the one that `make setup` has installed; None where there is neither."""
    installed = REPOSITORY / ".tools" / "bin" / "uv"
    return shutil.which("uv") or (str(installed) if installed.exists() else None)


@cache
def _uv_version() -> str:
    return _uv("--version").removeprefix("uv ").partition(" ")[0]


@cache
def _uv_folder() -> list[Path]:
    program = _uv_program()
    return [Path(program).parent] if program else []


@cache
def _uv_cache() -> str:
    return _uv("cache", "dir") or str(Path.home() / ".cache" / "uv")


def _uv(*arguments: str) -> str:
    program = _uv_program()
    if program is None:
        return ""
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False).stdout.strip()
