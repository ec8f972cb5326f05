"""Archives of the code that a project starts from and of the functions it runs: the same bytes on every machine."""

from __future__ import annotations

import os
from pathlib import Path

import pulumi

ROOT = Path(__file__).resolve().parent.parent
# What working in a repository leaves behind.
LEFT_OUT = {".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "build", "dist"}


def files(folder: Path) -> list[Path]:
    """Files of a folder in a fixed order, without what tools leave behind."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]  # never walked: environments are large
        found += [Path(place, name) for name in names if not name.endswith(".pyc")]
    return sorted(found)


def repository(name: str, extra: dict[str, str] | None = None) -> pulumi.Archive:
    """A seed repository as an archive, with generated files (path -> text) beside it."""
    folder = ROOT / "seed_code" / name
    assets: dict[str, pulumi.Asset | pulumi.Archive] = {
        path.relative_to(folder).as_posix(): pulumi.FileAsset(str(path)) for path in files(folder)
    }
    assets |= {path: pulumi.StringAsset(text) for path, text in (extra or {}).items()}
    return pulumi.AssetArchive(assets)


def function(name: str) -> pulumi.Archive:
    """A function's folder as an archive; its modules stand side by side."""
    folder = ROOT / "functions" / name
    return pulumi.AssetArchive(
        {path.relative_to(folder).as_posix(): pulumi.FileAsset(str(path)) for path in files(folder)}
    )


def packaged_function(name: str, extra: dict[str, str]) -> pulumi.Archive:
    """A function as an archive that keeps its packages, with generated files (name -> text) in its folder.

    Its handler is `functions.<name>.handler.handle`.
    """
    places = [ROOT / "functions" / "__init__.py", *files(ROOT / "functions" / name)]
    assets: dict[str, pulumi.Asset | pulumi.Archive] = {
        path.relative_to(ROOT).as_posix(): pulumi.FileAsset(str(path)) for path in places
    }
    assets |= {f"functions/{name}/{path}": pulumi.StringAsset(text) for path, text in extra.items()}
    return pulumi.AssetArchive(assets)
