"""What the archive of a function holds, and what Lambda calls in it."""

from __future__ import annotations

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
