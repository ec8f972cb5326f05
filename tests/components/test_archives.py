"""What the archive of a function holds, and what Lambda calls in it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from components import archives


@pytest.fixture
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(archives, "ROOT", tmp_path)
    folder = tmp_path / "functions"
    (folder / "large" / "__pycache__").mkdir(parents=True)
    for name in ("__init__.py", "small.py", "large/__init__.py", "large/handler.py", "large/__pycache__/handler.pyc"):
        (folder / name).write_text("")
    return folder


@pytest.mark.usefixtures("functions")
@pytest.mark.parametrize(
    ("name", "handler", "held"),
    [
        (
            "large",
            "functions.large.handler.handle",
            {"functions/__init__.py", "functions/large/__init__.py", "functions/large/handler.py"},
        ),
        ("small", "functions.small.handle", {"functions/__init__.py", "functions/small.py"}),
    ],
)
def test_a_function_is_a_folder_or_a_module(name: str, handler: str, held: set[str]) -> None:
    archive = archives.function_package(name, {"config.json": "{}"})
    beside = "functions/config.json" if name == "small" else "functions/large/config.json"
    assert set(archive.assets) == held | {beside}  # type: ignore[attr-defined]
    assert archives.function_handler(name) == handler


ROOT = archives.ROOT
FOLDERS = sorted(path.stem for path in (ROOT / "functions").iterdir() if path.is_dir() and "__" not in path.name)


def _imported(path: Path) -> set[str]:
    """Files of `functions/` that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "functions":
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {f"{name.replace('.', '/')}.py" for name in (*names, node.module or "")}
    return {name for name in found if (ROOT / name).is_file()}


@pytest.mark.parametrize("name", [*FOLDERS, "pipeline_starter"])
def test_what_a_function_imports_is_in_its_archive_and_nothing_else_is_shared(name: str) -> None:
    held = {path for path in archives.function_package(name, {}).assets if path.endswith(".py")}  # type: ignore[attr-defined]
    needed = {imported for path in held for imported in _imported(ROOT / path)}
    assert needed <= held
    assert {f"functions/{each}.py" for each in archives.SHARED.get(name, ())} <= needed
