"""Documents and code owners name files that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")


def _documents() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.md"],  # noqa: S607 - git is where the repository is
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines()]


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in _documents()
        for link in LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / link).exists()
    ]
    assert broken == []


PATH = re.compile(r"`([\w./-]+/[\w.-]+\.(?:py|md|yaml|json|toml|txt)|[\w-]+(?:/[\w-]+)*/)`(?:: `(\w+)`)?")


@pytest.mark.parametrize("document", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_exists_and_defines_what_is_named_of_it(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    recipes = {"components/feature_group.py"}  # an example of a file that is to be made
    wrong = []
    for path, name in PATH.findall(text):
        file = ROOT / path
        if path in recipes or path.startswith("build/"):
            continue
        defined = not name or (file.is_file() and re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")))
        if not file.exists() or not defined:
            wrong.append(f"{path} {name}")
    assert wrong == []


def test_code_owners_own_something() -> None:
    lines = (ROOT / ".github/CODEOWNERS").read_text(encoding="utf-8").splitlines()
    patterns = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert [pattern for pattern in patterns if pattern != "*" and not (ROOT / pattern.lstrip("/")).exists()] == []
