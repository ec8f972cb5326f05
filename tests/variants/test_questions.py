"""Questions about access that pages of common jobs ask are answered as the pages show."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from policies.access.__main__ import app
from tests.docs.pages import section
from tests.docs.reader import Answer, Reader


@pytest.mark.parametrize("title", ["Who may read a thing", "What somebody may do"])
def test_questions_of_a_page_are_answered_as_it_shows(title: str, tmp_path: Path, resources: Path) -> None:
    def run(command: str, _: Path) -> Answer | None:
        if not command.startswith(".venv/bin/python -m policies.access "):
            return None
        typed = [*shlex.split(command)[3:], "--resources", str(resources)]
        answer = CliRunner().invoke(app, typed)
        return answer.output, answer.exit_code

    reader = Reader(tmp_path, run)
    reader.follow(section(title))
    assert reader.tried
