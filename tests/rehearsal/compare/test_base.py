"""Another state of the repository is found and exported, or it is said why not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rehearsal.compare.base import NotCompared, commit_of, export
from rehearsal.compare.command import app


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, on the branch main."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "file").write_text("committed")
    git(folder, "add", "file")
    git(folder, "commit", "--quiet", "--message", "One")
    return folder


def test_a_folder_that_is_no_repository_is_refused_with_the_other_way(tmp_path: Path) -> None:
    with pytest.raises(NotCompared, match=r"is no git repository.*rehearsal\.compare BEFORE AFTER"):
        commit_of(tmp_path, "main")


@pytest.mark.parametrize("ref", ["mian", "--all", "main:file", "$(touch x)", ""])
def test_a_ref_that_git_does_not_know_is_refused_with_those_that_there_are(repository: Path, ref: str) -> None:
    with pytest.raises(NotCompared, match=r"no such branch, tag or commit; there are main\."):
        commit_of(repository, ref)


def test_what_is_exported_is_the_commit_and_nothing_left_of_another(repository: Path, tmp_path: Path) -> None:
    (repository / "file").write_text("edited")
    target = tmp_path / "base"
    target.mkdir()
    (target / "left").write_text("of another export")
    export(repository, commit_of(repository, "main"), target)
    assert {path.name: path.read_text() for path in target.iterdir()} == {"file": "committed"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["before"], "AFTER is missing"),
        (["--unknown", "base"], "base: `make compare` has no such variable; it takes BASE"),
        (["before", "after"], "before: No such file or directory"),
        (["before", "after", "--json", "--markdown"], "exclude each other"),
    ],
)
def test_a_command_line_that_cannot_be_answered_is_refused_in_words(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "not JSON"),
        ("[]", "holds no resources"),
        (
            '{"deployment": {"resources": [{"urn": "urn:pulumi:dev::mlops-platform::a:b:C::n", "type": "a:b:C"}]}}',
            "the export of one stack",
        ),
    ],
)
def test_a_file_that_is_no_rehearsal_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "resources.json").write_text(content)
    result = CliRunner().invoke(app, [str(tmp_path), str(tmp_path)])
    assert result.exit_code == 2
    assert said in result.stderr
