"""`python -m operate`: exit codes and what is printed where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from operate import __main__ as command
from operate.session import Session
from tests.example_files import EXAMPLE
from tests.functions.release_recorder.account import PRODUCTION, execution
from tests.operate.test_operate import Operated, released


class Boto:
    """A boto3 session of the account in memory."""

    def __init__(self, account: Operated) -> None:
        self.account = account

    def client(self, service: str, **_: Any) -> Any:
        return self.account.client(service)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Operated:
    """Version 2 serves after version 1; the caller is an approver of the data science account."""
    made = released(1, 2)
    made._get_caller_identity = lambda **_: {  # type: ignore[attr-defined]
        "Account": "111111111111",
        "Arn": "arn:aws:sts::111111111111:assumed-role/mlops-dev-approver/petra",
    }
    monkeypatch.setattr(command, "session_of", lambda _, region: Session(Boto(made), region))
    return made


def run(*words: str, directory: Path = EXAMPLE) -> Result:
    return CliRunner().invoke(command.app, [*words, "--directory", str(directory)])


@pytest.mark.usefixtures("account")
def test_releases_are_a_table_or_json() -> None:
    done = run("releases", "--project", "screening", "--stage", "production")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 3)
    assert "serves" in done.stdout.splitlines()[1]
    found = json.loads(run("releases", "--project", "screening", "--json").stdout)
    assert [line["version"] for line in found] == ["2", "1"]
    assert (
        run("releases", "--project", "screening", "--account", "1").stdout.strip() == "nothing has been released there"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("releases", "--project", "unheard"), "project 'unheard' has no stack file"),
        (("releases", "--project", "screening", "--stage", "canary"), "has no stage 'canary'; its stages: staging, pr"),
        (("rollback", "--project", "screening", "--stage", "canary"), "has no stage 'canary'"),
        (("rollback", "--project", "screening"), "--reason is empty"),
        (("rollback", "--project", "screening", "--reason", "r", "--to", "9"), "version 9 has never served production"),
        (("approve", "--project", "screening", "--yes", "--no"), "--yes and --no exclude each other"),
        (("approve", "--project", "screening"), "waits for no approval"),
        (("traffic", "--project", "screening", "--account", "1"), "has no account 1"),
        (("traffic", "--project", "screening"), "this is about account 333333333333"),
    ],
)
def test_what_is_refused_is_said_on_standard_error_and_changes_nothing(
    account: Operated, words: tuple[str, ...], told: str
) -> None:
    done = run(*words)
    assert (done.exit_code, told in done.stderr) == (1, True), done.output
    assert "Traceback" not in done.output
    assert not account.started
    assert not account.answers


def test_an_interrupted_rollback_says_that_it_goes_on_and_how_to_look(
    account: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("operate.rollback.follow", interrupted)
    done = run("rollback", "--project", "screening", "--reason", "worse")
    assert done.exit_code == 130
    assert "goes on without you; to look at it again: python -m operate rollback" in done.stderr
    assert "--follow run-0" in done.stderr
    assert len(account.started) == 1


def test_following_starts_nothing(account: Operated) -> None:
    account.deliver(7, 1, {PRODUCTION: "SUCCEEDED"}, pipeline="screening-mlops-rollback", minute=30)
    account.executions[execution(7)]["status"] = "Succeeded"
    done = run("rollback", "--project", "screening", "--follow", execution(7))
    assert (done.exit_code, account.started) == (0, [])
    assert "production went back" in done.stdout


def test_whoever_reads_no_records_leaves_the_choice_to_the_pipeline(
    account: Operated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operate.rollback.follow", lambda *_: None)
    account.fault_code = "AccessDenied"
    done = run("rollback", "--project", "screening", "--reason", "worse")
    assert (done.exit_code, "the pipeline finds out" in done.stdout) == (0, True), done.output
    assert {"name": "To", "value": "none"} in account.started[0]["variables"]
