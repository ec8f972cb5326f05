"""The encoding and the evaluator share the authorization request and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from policies.access import encoding, evaluator

# The authorization request, and a cache that knows nothing of what is in it.
SHARED = ("policies.access.authorization", "policies.access.document_cache")


def imported(file: Path) -> set[str]:
    """Every module that a file imports, also inside functions, with what it takes from packages."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide what is shared"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def files(package: str) -> list[Path]:
    return sorted(Path(package).parent.rglob("*.py"))


@pytest.mark.parametrize("file", files(str(encoding.__file__)), ids=lambda file: file.name)
def test_the_encoding_imports_nothing_of_the_evaluator(file: Path) -> None:
    own = [name for name in imported(file) if name.startswith("policies") or "importlib" in name]
    allowed = ("policies.access.encoding", *SHARED)
    assert [name for name in own if not name.startswith(allowed)] == []


@pytest.mark.parametrize("file", files(str(evaluator.__file__)), ids=lambda file: file.name)
def test_the_evaluator_imports_nothing_of_the_encoding(file: Path) -> None:
    assert [name for name in imported(file) if "encoding" in name and name.startswith("policies")] == []
