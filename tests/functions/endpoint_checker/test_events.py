"""The endpoint checker's events: which make a check, which come too late, which are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.endpoint_checker import handler
from functions.endpoint_checker.asking import REQUESTS
from functions.endpoint_checker.events import RefusedEvent, is_due
from tests.functions.endpoint_checker.account import (
    CHECKER,
    CONFIG,
    NOW,
    ROWS,
    Account,
    event,
)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The function in Lambda's place, beside its config."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CONFIG), encoding="utf-8")
    account = Account()
    monkeypatch.setattr(handler, "CONFIG", config)
    monkeypatch.setattr(handler, "clients", account.clients)
    return account


def now_as_text(back: timedelta = timedelta()) -> str:
    return f"{datetime.now(UTC) - back:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.usefixtures("account")
def test_an_event_of_the_schedule_makes_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    done = handler.handle(event(time=now_as_text()), None)
    assert (done["asked"], done["checked"], done["wrong"]) == (REQUESTS, {"1": REQUESTS}, {})
    assert json.loads(capsys.readouterr().out)["event"] == event()["id"]


def test_a_late_event_makes_none(account: Account) -> None:
    assert set(handler.handle(event(time=now_as_text(timedelta(minutes=4))), None)) == {"late"}
    assert account.calls == []


def test_a_duplicate_event_is_a_check_of_its_own(account: Account) -> None:
    given = event(time=now_as_text())
    ids = {handler.handle(given, None)["check"] for _ in range(3)}
    assert len(ids) == len(account.put) == 3


OTHERS: Mapping[str, Any] = {
    "nothing": None,
    "a number": 7,
    "an empty text": "",
    "a text with a line break": "a\nb",
    "a long text": "x" * 5000,
    "a list": [{"a": 1}],
    "an object": {"a": 1},
}


@pytest.mark.parametrize("name", ["source", "detail-type", "account", "region", "time"])
@pytest.mark.parametrize("other", sorted(OTHERS))
def test_an_event_of_something_else_is_refused_on_one_line_and_nothing_is_asked(
    name: str, other: str, account: Account
) -> None:
    with pytest.raises(RefusedEvent) as refused:
        handler.handle(event(**{name: OTHERS[other]}), None)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000
    assert account.calls == []


@pytest.mark.parametrize("given", [None, 7, "text", [], [event()], {}])
def test_what_is_no_event_is_refused(given: Any) -> None:
    with pytest.raises(RefusedEvent):
        is_due(given, CHECKER, NOW)


@pytest.mark.parametrize(("seconds", "due"), [(-30, True), (0, True), (179, True), (181, False)])
def test_an_event_is_due_for_three_minutes(seconds: int, due: bool) -> None:
    assert is_due(event(), CHECKER, NOW + timedelta(seconds=seconds)) is due


def test_no_value_of_a_row_is_in_the_log(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.serves = lambda _: (1, 0.25)
    handler.handle(event(time=now_as_text()), None)
    printed = capsys.readouterr().out
    assert not any(row in printed for row in ROWS)
