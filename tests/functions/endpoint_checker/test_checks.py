"""The endpoint checker: what it asks, whose answers it judges, and what it says where AWS does not answer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest

from components.endpoint_checker import TIMEOUT_SECONDS
from functions.endpoint_checker import asking, handler
from functions.endpoint_checker.asking import REQUESTS, REQUESTS_WHILE_UPDATING, SECONDS
from functions.endpoint_checker.fleets import served
from functions.endpoint_checker.handler import IncompleteCheck, check
from tests.functions.endpoint_checker.account import (
    CHECKER,
    ENDPOINT,
    FAULTS,
    ROWS,
    Account,
    answers_of,
    made,
    refusal,
    told,
)

# ---- what is asked and judged


def test_right_answers_are_counted_for_the_version_and_the_endpoint() -> None:
    assert made(Account()) == {
        ("CheckedAnswers",): REQUESTS,
        ("WrongAnswers",): 0,
        ("FailedAnswers",): 0,
        ("UnansweredChecks",): 0,
        ("CheckedAnswers", "1"): REQUESTS,
        ("WrongAnswers", "1"): 0,
    }


def test_one_wrong_answer_is_counted() -> None:
    account = Account()
    account.serves = lambda number: (1, 1e-6 if number == 2 else 0.0)
    assert made(account)["WrongAnswers", "1"] == 1


def test_a_number_is_compared_as_the_32_bits_that_models_compute() -> None:
    account = Account()
    account.serves = lambda _: (1, 1e-12)
    assert made(account)["WrongAnswers", "1"] == 0


def test_a_tolerance_lets_a_number_be_off_by_as_much() -> None:
    account = Account()
    account.give(1, {"rows": ROWS, "expected": answers_of(1), "tolerance": 0.01})
    account.serves = lambda number: (1, 0.02 if number == 3 else 0.005)
    assert made(account)["WrongAnswers", "1"] == 1


def test_while_an_update_goes_on_each_answer_is_held_against_the_version_that_gave_it() -> None:
    account = Account(current=1, new=2, status="Updating")
    account.serves = lambda number: (2, 0.5) if number % 10 == 0 else (1, 0.0)
    found = made(account)
    assert (found["CheckedAnswers", "1"], found["WrongAnswers", "1"]) == (54, 0)
    assert (found["CheckedAnswers", "2"], found["WrongAnswers", "2"]) == (6, 6)
    assert REQUESTS < REQUESTS_WHILE_UPDATING == 60


@pytest.mark.parametrize(
    ("stage", "every", "missing"),
    [("Baking", 10, 0.0), ("Baking", 1000, 1.0), ("Creating", 1000, None), ("ActivatingTraffic", 1000, None)],
)
def test_a_new_fleet_with_traffic_that_answers_nothing_is_missing(
    stage: str, every: int, missing: float | None
) -> None:
    account = Account(current=1, new=2, status="Updating")
    account.stage = stage
    account.serves = lambda number: (2 if number % every == every - 1 else 1, 0.0)
    assert made(account).get(("MissingVersions", "2")) == missing


def test_where_no_answer_tells_its_version_nothing_is_missing() -> None:
    account = Account(current=1, new=2, status="Updating")
    account.attributes = False
    assert ("MissingVersions", "2") not in made(account)


def test_an_answer_of_a_version_that_does_not_know_the_row_is_not_judged() -> None:
    account = Account(current=1, new=2, status="Updating")
    account.give(1, {"rows": ["9,9"], "expected": [[1.0]]})
    account.serves = lambda number: (1 if number % 2 else 2, 0.0)
    found = made(account)
    assert ("CheckedAnswers", "1") not in found
    assert found["CheckedAnswers", "2"] == 30


def test_variants_that_share_the_traffic_are_each_asked_for_their_own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer requests than rows: each minute goes on where the one before it ended."""
    account, others = Account(), [f"{number}.5,9" for number in range(20)]
    account.give(2, {"rows": others, "expected": answers_of(2)})
    variants = {"ProductionVariants": [{"ModelName": "model-1"}, {"ModelName": "model-2"}]}
    monkeypatch.setattr(account, "describe_endpoint_config", lambda **_: variants)
    asked: list[str] = []

    def answer(**given: Any) -> Any:
        row = given["Body"].decode().strip()
        asked.append(row)
        version, rows = (1, ROWS) if row in ROWS else (2, others)
        body = f"{answers_of(version)[rows.index(row)][0]!r}\n".encode()
        return {"Body": io.BytesIO(body), "CustomAttributes": f"model-package=mlops-screening/{version}"}

    monkeypatch.setattr(account, "invoke_endpoint", answer)
    for minute in range(100, 100 + 2 * len(ROWS) // REQUESTS):
        monkeypatch.setattr("functions.endpoint_checker.asking.time.time", lambda minute=minute: 60.0 * minute)
        found = made(account)
        assert abs(found["CheckedAnswers", "1"] - found["CheckedAnswers", "2"]) <= 1
        account.put.clear()
    assert set(asked) == {*ROWS, *others}


def test_a_server_that_says_no_version_is_the_one_that_is_served_alone() -> None:
    account = Account()
    account.attributes = False
    assert made(account)["CheckedAnswers", "1"] == REQUESTS


def test_while_two_are_served_an_answer_without_a_version_is_nobodys() -> None:
    account = Account(current=1, new=2, status="Updating")
    account.attributes = False
    assert made(account)["CheckedAnswers",] == 0


@pytest.mark.parametrize("body", [b"", b"no number", b"nan", b"1.0,2.0", b"1.0\n1.0", b"\xff", b'{"error": 1}'])
def test_what_is_no_number_is_a_wrong_answer(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    monkeypatch.setattr(
        account,
        "invoke_endpoint",
        lambda **_: {"Body": io.BytesIO(body), "CustomAttributes": "model-package=mlops-screening/1"},
    )
    assert made(account)["WrongAnswers", "1"] == REQUESTS


def test_requests_are_marked_and_ask_one_row_each(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    monkeypatch.setattr("functions.endpoint_checker.asking.time.time", lambda: 0.0)
    made(account)
    asked = [given for operation, given in account.calls if operation == "invoke_endpoint"]
    assert [given["Body"] for given in asked] == [f"{row}\n".encode() for row in ROWS[:REQUESTS]]
    assert [given["InferenceId"] for given in asked] == [f"check-id-{number}" for number in range(REQUESTS)]
    assert {given["ContentType"] for given in asked} == {given["Accept"] for given in asked} == {"text/csv"}


def test_an_inference_id_fits_into_what_sagemaker_takes() -> None:
    longest = f"{asking.MARK}17793124-05d4-b198-2fde-7ededc63b103-{REQUESTS_WHILE_UPDATING - 1}"
    assert len(longest) <= 64  # botocore, InvokeEndpoint.InferenceId


def test_the_rows_are_read_once() -> None:
    account = Account()
    check(account.clients(), CHECKER, "a")
    check(account.clients(), CHECKER, "b")
    assert [operation for operation, _ in account.calls].count("get_object") == 1


# ---- what there is to see


@pytest.mark.parametrize(
    ("status", "unanswered"),
    [("none", 0), ("Creating", 0), ("Deleting", 0), ("Failed", 1), ("OutOfService", 1)],
)
def test_each_minute_has_its_figure_whether_there_is_an_endpoint_or_not(status: str, unanswered: int) -> None:
    account = Account(status=status)
    assert made(account) == {("UnansweredChecks",): unanswered}
    assert "invoke_endpoint" not in [operation for operation, _ in account.calls]


def test_a_package_that_was_registered_without_checks_is_not_asked() -> None:
    account = Account()
    account.uris["model-1"] = "none"
    assert made(account) == {("UnansweredChecks",): 0}


def test_a_configuration_that_was_deleted_meanwhile_is_left_out() -> None:
    account = Account(current=1, new=2, status="Updating")
    gone = iter([refusal("ValidationException", "Could not find endpoint configuration")])
    account.faults["describe_endpoint_config"] = lambda: next(gone, None)
    assert made(account)["CheckedAnswers", "1"] == 60


def test_an_endpoint_that_answers_nothing_is_unanswered() -> None:
    account = Account()
    account.faults["invoke_endpoint"] = lambda: refusal("ModelError", "no")
    assert made(account) == {
        ("CheckedAnswers",): 0,
        ("WrongAnswers",): 0,
        ("FailedAnswers",): REQUESTS,
        ("UnansweredChecks",): 1,
    }


def test_an_endpoint_that_hangs_does_not_hang_the_check() -> None:
    account, clock = Account(), iter(range(0, 10_000, 20))
    account.faults["invoke_endpoint"] = FAULTS["answer lost"]
    endpoint = served(account, ENDPOINT)
    assert endpoint is not None
    checks, _ = handler._checks(account, endpoint)
    counts = asking.ask(
        account,
        ENDPOINT,
        checks,
        newest=("1",),
        alone="1",
        requests=20,
        check_id="id",
        seconds=lambda: float(next(clock)),
    )
    assert (counts.asked, counts.failed, counts.unanswered) == (1, 1, True)


def test_the_function_has_the_time_for_its_last_request_and_what_follows() -> None:
    request = handler.REQUEST_ATTEMPTS * (handler.CONNECT_SECONDS + handler.REQUEST_SECONDS)
    one_call = handler.CONNECT_SECONDS + handler.READ_SECONDS
    assert SECONDS + request + handler.ATTEMPTS * one_call < TIMEOUT_SECONDS


# ---- faults: of each call, once and always


ONCE_EACH = ["describe_endpoint", "describe_endpoint_config", "describe_model", "put_metric_data"]


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("operation", ONCE_EACH)
def test_a_call_that_fails_for_good_fails_the_check_and_a_retry_completes_it(operation: str, fault: str) -> None:
    """Nothing is told of a check that could not be made, and the retry tells all."""
    account = Account(current=1, new=2, status="Updating")
    account.serves = lambda number: (1 + number % 2, 0.0)
    account.faults[operation] = FAULTS[fault]
    for _ in range(3):
        with pytest.raises(type(FAULTS[fault]())):
            check(account.clients(), CHECKER, "id")
        assert account.put == []
    account.faults.clear()
    found = made(account)
    assert (found["CheckedAnswers", "1"], found["CheckedAnswers", "2"]) == (30, 30)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_rows_that_cannot_be_read_are_told_of_after_the_rest_was_checked(fault: str) -> None:
    account = Account(current=1, new=2, status="Updating")
    failing = iter([FAULTS[fault]()])
    account.faults["get_object"] = lambda: next(failing, None)
    with pytest.raises(IncompleteCheck, match=r"version 2: s3://models/screening/checks/x2/checks\.json"):
        check(account.clients(), CHECKER, "id")
    assert told(account)["CheckedAnswers", "1"] == 60
    account.put.clear()
    account.serves = lambda _: (2, 0.0)
    assert made(account)["CheckedAnswers", "2"] == 60


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("at", [0, 2, REQUESTS - 1])
def test_a_request_without_an_answer_is_a_failed_one_and_the_others_count(fault: str, at: int) -> None:
    account, number = Account(), iter(range(REQUESTS))
    account.faults["invoke_endpoint"] = lambda: FAULTS[fault]() if next(number) == at else None
    found = made(account)
    assert (found["FailedAnswers",], found["CheckedAnswers", "1"], found["UnansweredChecks",]) == (1, REQUESTS - 1, 0)


_MALFORMED: Sequence[Any] = [
    b"",
    b"no json",
    b"[]",
    b"null",
    {"rows": [], "expected": []},
    {"rows": ROWS, "expected": [[1.0]]},
    {"rows": [1], "expected": [[1.0]]},
    {"rows": ["1"], "expected": [1.0]},
    {"rows": ["1"], "expected": [[]]},
    {"rows": ["1"], "expected": [["x"]]},
    {"rows": ["1"], "expected": [[1e300]]},
    {"rows": ["1"], "expected": [[1.0]], "tolerance": -1},
    {"rows": ["1"], "expected": [[1.0]], "tolerance": None},
    b'{"contentType": "text/csv", "rows": ["1"], "expected": [[NaN]], "tolerance": 0}',
    b"x" * (1024 * 1024 + 1),
]


@pytest.mark.parametrize("document", _MALFORMED, ids=lambda given: str(given)[:40])
def test_checks_that_model_build_never_wrote_are_refused(document: Any) -> None:
    account = Account()
    account.give(1, document)
    with pytest.raises(IncompleteCheck, match=r"version 1: s3://models/screening/checks/x1/checks\.json: "):
        check(account.clients(), CHECKER, "id")
    assert told(account) == {("UnansweredChecks",): 0}


def test_checks_that_somebody_changed_after_the_release_are_not_believed() -> None:
    account = Account()
    account.checks["screening/checks/x1/checks.json"] = account.checks["screening/checks/x2/checks.json"]
    with pytest.raises(IncompleteCheck, match="find out who changed it"):
        check(account.clients(), CHECKER, "id")
    assert told(account) == {("UnansweredChecks",): 0}
