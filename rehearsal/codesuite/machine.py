"""What this machine lends to builds: programs, and environments that are already installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`environments` maps a CodeBuild project's name, or the `[project].name` of the source's pyproject.toml, to an
    installed virtual environment: `uv sync --frozen` finds it and fetches nothing."""

    environments: Mapping[str, Path] = field(default_factory=dict)
    programs: tuple[Path, ...] = ()

    def environment(self, home: Path, source: Path, project: str) -> dict[str, str]:
        """A clean environment for a build whose home is `home`."""
        installed = self.environments.get(project) or self.environments.get(_name_of(source))
        folders = [*self.programs, *([installed / "bin"] if installed else []), *_uv_folder()]
        variables = {
            "PATH": ":".join([*map(str, folders), _SYSTEM_PATH]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "UV_CACHE_DIR": _uv_cache(),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
        }
        if installed:
            variables |= {"UV_PROJECT_ENVIRONMENT": str(installed), "UV_OFFLINE": "1"}
        return variables


def _name_of(source: Path) -> str:
    path = source / "pyproject.toml"
    if not path.is_file():
        return ""
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8")).get("project", {}).get("name", ""))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ""


@cache
def _uv_folder() -> list[Path]:
    found = shutil.which("uv")
    return [Path(found).parent] if found else []


@cache
def _uv_cache() -> str:
    found = shutil.which("uv")
    if found is None:
        return str(Path.home() / ".cache" / "uv")
    answer = subprocess.run([found, "cache", "dir"], capture_output=True, text=True, check=False, env=dict(os.environ))
    return answer.stdout.strip() or str(Path.home() / ".cache" / "uv")
