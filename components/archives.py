"""Archives of the code that a project starts from and of the functions it runs: the same bytes on every machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pulumi

ROOT = Path(__file__).resolve().parent.parent
# What working in a repository leaves behind.
LEFT_OUT = {".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "build", "dist"}

# Modules of `functions/` that functions have besides their own, by function.
SHARED: Mapping[str, tuple[str, ...]] = {"release_recorder": ("notices",), "remediator": ("notices",)}


def files(folder: Path) -> list[Path]:
    """Files of a folder in a fixed order, without what tools leave behind."""
    found: list[Path] = []
    for directory, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]  # never walked: environments are large
        found += [Path(directory, name) for name in names if not name.endswith(".pyc")]
    return sorted(found)


def repository_archive(name: str, extra: Mapping[str, str] | None = None) -> pulumi.Archive:
    """A seed repository as an archive, with generated files (path -> text) beside it."""
    folder = ROOT / "seed_code" / name
    assets: dict[str, pulumi.Asset | pulumi.Archive] = {
        path.relative_to(folder).as_posix(): pulumi.FileAsset(str(path)) for path in files(folder)
    }
    assets |= {path: pulumi.StringAsset(text) for path, text in (extra or {}).items()}
    return pulumi.AssetArchive(assets)


def folder_archive(folder: Path) -> pulumi.Archive:
    """A folder as an archive, without what tools leave behind and without its tests."""
    found = [path for path in files(folder) if path.relative_to(folder).parts[0] != "tests"]
    return pulumi.AssetArchive({path.relative_to(folder).as_posix(): pulumi.FileAsset(str(path)) for path in found})


def function_package(name: str, extra: Mapping[str, str]) -> pulumi.Archive:
    """A function as an archive that keeps its packages, with generated files (name -> text) beside its code.

    The function is the module `functions/<name>.py`, or the folder `functions/<name>/` with a module `handler`.
    """
    functions = ROOT / "functions"
    module = functions / f"{name}.py"
    shared = [functions / f"{each}.py" for each in SHARED.get(name, ())]
    paths = [functions / "__init__.py", *shared, *([module] if module.exists() else files(functions / name))]
    assets: dict[str, pulumi.Asset | pulumi.Archive] = {
        path.relative_to(ROOT).as_posix(): pulumi.FileAsset(str(path)) for path in paths
    }
    beside = "functions" if module.exists() else f"functions/{name}"
    assets |= {f"{beside}/{path}": pulumi.StringAsset(text) for path, text in extra.items()}
    return pulumi.AssetArchive(assets)


def function_handler(name: str, entry: str = "handler") -> str:
    """What Lambda calls in the archive of `function_package`: of a folder, `handle` of its module `entry`."""
    module = ROOT / "functions" / f"{name}.py"
    return f"functions.{name}.handle" if module.exists() else f"functions.{name}.{entry}.handle"
