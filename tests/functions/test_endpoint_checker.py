"""The endpoint checker: what it asks, whose answers it judges, and what it says where AWS does not answer."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from components.endpoint_checker import TIMEOUT_SECONDS
from functions.endpoint_checker import asking, handler
from functions.endpoint_checker.asking import REQUESTS, REQUESTS_WHILE_UPDATING, SECONDS
from functions.endpoint_checker.config import read_config
from functions.endpoint_checker.events import RefusedEvent, is_due
from functions.endpoint_checker.fleets import served
from functions.endpoint_checker.handler import Clients, IncompleteCheck, check

ACCOUNT, REGION, ENDPOINT = "222222222222", "eu-west-1", "mlops-screening-staging"
CONFIG = {"account": ACCOUNT, "region": REGION, "endpoint": ENDPOINT, "namespace": "ModelEndpoints"}
CHECKER = read_config(json.dumps(CONFIG))
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ROWS = [f"{number}.5,{number}" for number in range(20)]


def event(**more: Any) -> dict[str, Any]:
    """An event of the schedule."""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2026-11-27T12:00:00Z",
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/check"],
        "detail": {},
        **more,
    }


def refusal(code: str, message: str = "no", operation: str = "Operation", status: int = 400) -> ClientError:
    given = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(given, operation)


FAULTS: Mapping[str, Callable[[], Exception]] = {
    "throttled": lambda: refusal("ThrottlingException", "Rate exceeded"),
    "not let in": lambda: refusal("AccessDeniedException"),
    "broken": lambda: refusal("InternalFailure", status=500),
    "no connection": lambda: ConnectTimeoutError(endpoint_url="https://aws"),
    "answer lost": lambda: ReadTimeoutError(endpoint_url="https://aws"),
}


def answers_of(version: int) -> list[list[float]]:
    return [[version + number / 8] for number in range(20)]


class Account:
    """An account's endpoint as the four services show it: `fault` is raised by one operation, as often as it is called.

    `serves` gives the version that answers a request of a number, with a shift of its answer.
    """

    def __init__(self, current: int = 1, new: int | None = None, status: str = "InService") -> None:
        self.status, self.current, self.new = status, current, new
        self.serves: Callable[[int], tuple[int, float]] = lambda _: (current, 0.0)
        self.attributes, self.stage = True, "Baking"
        self.checks: dict[str, bytes] = {}
        self.uris: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        for version in (1, 2):
            self.give(version, {"rows": ROWS, "expected": answers_of(version)})
        self.faults: dict[str, Callable[[], Exception | None]] = {}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.put: list[dict[str, Any]] = []

    def give(self, version: int, document: Any) -> None:
        """The checks of a version."""
        self.uris[f"model-{version}"] = f"s3://models/screening/checks/x{version}/checks.json"
        whole = {"contentType": "text/csv", "tolerance": 0, **document} if isinstance(document, dict) else document
        content = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
        self.checks[f"screening/checks/x{version}/checks.json"] = content
        self.digests[f"model-{version}"] = hashlib.sha256(content).hexdigest()

    def clients(self) -> Clients:
        return Clients(sagemaker=self, runtime=self, s3=self, cloudwatch=self)

    def _called(self, operation: str, given: Mapping[str, Any]) -> None:
        self.calls.append((operation, given))
        if operation in self.faults and (fault := self.faults[operation]()) is not None:
            raise fault

    # ---- the services

    def describe_endpoint(self, **given: Any) -> Any:
        self._called("describe_endpoint", given)
        if self.status == "none":
            raise refusal("ValidationException", f'Could not find endpoint "{ENDPOINT}".')
        variants = [{"VariantName": "primary", "VariantStatus": [{"Status": self.stage}]}]
        summary = {"EndpointConfigName": f"config-{self.new}", "ProductionVariants": variants}
        pending = {"PendingDeploymentSummary": summary} if self.new else {}
        return {"EndpointStatus": self.status, "EndpointConfigName": f"config-{self.current}", **pending}

    def describe_endpoint_config(self, **given: Any) -> Any:
        self._called("describe_endpoint_config", given)
        return {"ProductionVariants": [{"ModelName": given["EndpointConfigName"].replace("config", "model")}]}

    def describe_model(self, **given: Any) -> Any:
        self._called("describe_model", given)
        name = given["ModelName"]
        arn = f"arn:aws:sagemaker:{REGION}:111111111111:model-package/mlops-screening/{name[6:]}"
        checks = {"CHECKS_URI": self.uris[name], "CHECKS_SHA256": self.digests.get(name, "none")}
        return {"Containers": [{"Environment": {"MODEL_PACKAGE_ARN": arn, **checks}}]}

    def get_object(self, **given: Any) -> Any:
        self._called("get_object", given)
        return {"Body": io.BytesIO(self.checks[given["Key"]])}

    def invoke_endpoint(self, **given: Any) -> Any:
        self._called("invoke_endpoint", given)
        number = sum(operation == "invoke_endpoint" for operation, _ in self.calls) - 1
        version, shift = self.serves(number)
        answer = answers_of(version)[ROWS.index(given["Body"].decode().strip())][0] + shift
        attributes = {"CustomAttributes": f"model-package=mlops-screening/{version}"} if self.attributes else {}
        return {"Body": io.BytesIO(f"{answer!r}\n".encode()), **attributes}

    def put_metric_data(self, **given: Any) -> None:
        self._called("put_metric_data", given)
        self.put.append(given)


def told(account: Account) -> dict[tuple[str, ...], float]:
    """What CloudWatch was told: metric and values of its dimensions but the endpoint's."""
    (put,) = account.put
    assert put["Namespace"] == "ModelEndpoints"
    assert all(datum["Dimensions"][0] == {"Name": "EndpointName", "Value": ENDPOINT} for datum in put["MetricData"])
    return {
        (datum["MetricName"], *(each["Value"] for each in datum["Dimensions"][1:])): datum["Value"]
        for datum in put["MetricData"]
    }


def made(account: Account) -> dict[tuple[str, ...], float]:
    check(account.clients(), CHECKER, "id")
    return told(account)


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    handler._read.clear()
    yield
    handler._read.clear()


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


# ---- events


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
