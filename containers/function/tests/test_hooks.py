"""The hooks of a deployment: what passes, what fails, and that CodeDeploy is told exactly once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from inference_api import after_traffic, before_traffic, hooks
from inference_api.hooks import HeldOutRows, HookFailed

EVENT = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "e-1"}
ROWS = {"contentType": "text/csv", "rows": [[1.5, None], "2,3"], "expected": [[0.25], 0.75], "tolerance": 1e-6}
RIGHT = [0.25, 0.7500001]
NAME = "mlops-screening-production-api"
ENVIRONMENT = {
    "NEW_VERSION": f"arn:aws:lambda:eu-west-1:333333333333:function:{NAME}:7",
    "CHECKS_URI": "s3://models/screening/checks/run/checks.json",
    "FEATURE_COUNT": "2",
    "ALIAS": "live",
    "CAPTURE_BUCKET": "captures",
    "CAPTURE_PREFIX": "screening/mlops-screening-production/primary",
    "CAPTURE_PERCENT": "100",
}


def refused(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "4711"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "X"
    )


def lost(kind: Any = ReadTimeoutError) -> Exception:
    made: Exception = kind(endpoint_url="https://aws")
    return made


class Aws:
    """Clients of everything that a hook calls; `fail` holds errors by operation, raised one after another."""

    def __init__(self) -> None:
        self.reports: list[dict[str, str]] = []
        self.calls: list[dict[str, Any]] = []
        self.fail: dict[str, list[Exception | None]] = {}
        self.predictions: list[Any] = RIGHT
        self.status, self.function_error, self.executed = 200, "", "7"
        self.rows: Any = ROWS
        self.captures: dict[str, str] = {}
        self.invocations = 0.0

    def _maybe(self, operation: str) -> None:
        pending = self.fail.get(operation) or []
        problem = pending.pop(0) if pending else None
        if problem is not None:
            raise problem

    def put_lifecycle_event_hook_execution_status(self, **given: str) -> None:
        self._maybe("report")
        self.reports.append(given)
        self._maybe("report-answer")

    def invoke(self, **given: Any) -> dict[str, Any]:
        self._maybe("invoke")
        self.calls.append(given)
        body = json.dumps({"predictions": self.predictions})
        answer = {"statusCode": self.status, "body": body if self.status == 200 else "{}"}
        error = {"FunctionError": self.function_error} if self.function_error else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), "ExecutedVersion": self.executed, **error}

    def get_object(self, **given: str) -> dict[str, Any]:
        self._maybe("get_object")
        if given["Bucket"] == "models":
            return {"Body": io.BytesIO(json.dumps(self.rows).encode())}
        return {"Body": io.BytesIO(self.captures[given["Key"]].encode())}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **given: str) -> list[dict[str, Any]]:
        self._maybe("list")
        found = [
            {"Key": key, "Size": len(text)} for key, text in self.captures.items() if key.startswith(given["Prefix"])
        ]
        return [{"Contents": found}]

    def get_metric_statistics(self, **_: Any) -> dict[str, Any]:
        self._maybe("metrics")
        return {"Datapoints": [{"Sum": self.invocations}]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws()
    monkeypatch.setattr(boto3, "client", lambda *_, **__: made)
    monkeypatch.setattr("inference_api.hooks._PAUSE_SECONDS", 0)
    monkeypatch.setattr("inference_api.after_traffic.PAUSE_SECONDS", 0)
    monkeypatch.setattr("inference_api.after_traffic.WAIT_SECONDS", 0.05)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return made


def captured(aws: Aws, version: str = "7", request: str = "after-d-1", **other: Any) -> None:
    """A capture of a request of that version, in this hour; `other` is what else is so."""
    for name, value in other.items():
        setattr(aws, name, value)
    folder = after_traffic._hours("screening/mlops-screening-production/primary", datetime.now(UTC))[-1]
    attributes = [f"request-id={request},api-version={version}"]
    aws.captures[f"{folder}x-{version}.jsonl"] = json.dumps({"eventMetadata": {"customAttributes": attributes}}) + "\n{"


def test_before_traffic_the_new_version_answers_held_out_rows_as_they_were_registered(aws: Aws) -> None:
    before_traffic.handle(EVENT)
    (call,) = aws.calls
    assert (call["FunctionName"], call["Qualifier"]) == (NAME, "7")
    assert json.loads(call["Payload"])["body"] == "1.5,\n2,3\n"
    assert [report["status"] for report in aws.reports] == ["Succeeded"]


BEFORE: dict[str, Callable[[Aws], Any]] = {
    "another answer": lambda aws: setattr(aws, "predictions", [0.25, 0.76]),
    "too few answers": lambda aws: setattr(aws, "predictions", [0.25]),
    "no number": lambda aws: setattr(aws, "predictions", [0.25, "0.75"]),
    "a refusal": lambda aws: setattr(aws, "status", 502),
    "a crash": lambda aws: setattr(aws, "function_error", "Unhandled"),
    "not there": lambda aws: aws.fail.update(invoke=[refused("ResourceNotFoundException", 404)]),
    "throttled for good": lambda aws: aws.fail.update(invoke=[refused("TooManyRequestsException", 429)]),
    "an answer that is lost": lambda aws: aws.fail.update(invoke=[lost()]),
    "no checks": lambda aws: aws.fail.update(get_object=[refused("NoSuchKey", 404)]),
    "checks that are denied": lambda aws: aws.fail.update(get_object=[refused("AccessDenied", 403)]),
    "checks that are lost": lambda aws: aws.fail.update(get_object=[lost(ConnectTimeoutError)]),
    "checks that are none": lambda aws: setattr(aws, "rows", {"rows": []}),
    "checks without answers": lambda aws: setattr(aws, "rows", {**ROWS, "expected": [1]}),
    "checks in JSON": lambda aws: setattr(aws, "rows", {**ROWS, "contentType": "application/json"}),
    "no version": lambda _: None,
}


@pytest.mark.parametrize("case", sorted(BEFORE))
def test_a_version_that_is_not_as_it_must_be_is_reported_as_failed_once_and_tells_no_value(
    case: str, aws: Aws, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if case == "no version":
        monkeypatch.delenv("NEW_VERSION")
    BEFORE[case](aws)
    before_traffic.handle(EVENT)
    assert [report["status"] for report in aws.reports] == ["Failed"]
    assert "4711" not in capsys.readouterr().out


def test_a_model_without_held_out_rows_is_asked_for_an_answer_to_unknown_values(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKS_URI", "none")
    aws.predictions = [0.5]
    before_traffic.handle(EVENT)
    assert json.loads(json.loads(aws.calls[0]["Payload"])["body"]) == {"instances": [[None, None]]}
    assert [report["status"] for report in aws.reports] == ["Succeeded"]


REPORTS: dict[str, tuple[dict[str, list[Exception | None]], int]] = {
    "taken": ({}, 1),
    "throttled": ({"report": [refused("ThrottlingException"), refused("ThrottlingException")]}, 1),
    "away": ({"report": [refused("InternalFailure", 500)]}, 1),
    "no connection": ({"report": [lost(ConnectTimeoutError)]}, 1),
    "an answer that is lost": ({"report-answer": [lost()]}, 2),
    "a duplicate event": ({"report": [refused("LifecycleEventAlreadyCompletedException")]}, 0),
    "a late event": ({"report": [refused("DeploymentAlreadyCompletedException")]}, 0),
}


@pytest.mark.parametrize("case", sorted(REPORTS))
def test_the_report_arrives_whatever_happens_on_its_way(case: str, aws: Aws) -> None:
    fail, sent = REPORTS[case]
    aws.fail.update(fail)
    before_traffic.handle(EVENT)
    assert [report["status"] for report in aws.reports] == ["Succeeded"] * sent


def test_a_report_that_is_refused_or_never_taken_is_an_error_of_the_function(aws: Aws) -> None:
    aws.fail["report"] = [refused("InvalidLifecycleEventHookExecutionIdException")]
    with pytest.raises(ClientError):
        before_traffic.handle(EVENT)
    aws.fail["report"] = [lost()] * 5
    with pytest.raises(ReadTimeoutError):
        before_traffic.handle(EVENT)
    assert aws.reports == []


@pytest.mark.parametrize("event", [None, {}, {"DeploymentId": "d-1"}, {**EVENT, "DeploymentId": ""}, [EVENT], "x"])
def test_what_is_no_event_of_codedeploy_calls_nothing(event: Any, aws: Aws) -> None:
    for hook in (before_traffic, after_traffic):
        with pytest.raises(ValueError, match="no event of CodeDeploy"):
            hook.handle(event)
    assert aws.calls == aws.reports == []


def test_after_traffic_the_alias_is_answered_by_the_new_version_and_captured(aws: Aws) -> None:
    captured(aws)
    after_traffic.handle(EVENT)
    assert {call["Qualifier"] for call in aws.calls} == {"live"}
    assert [report["status"] for report in aws.reports] == ["Succeeded"]


AFTER: dict[str, Callable[[Aws], Any]] = {
    "no capture": lambda _: None,
    "a capture of the version before": lambda aws: captured(aws, version="6"),
    "a capture of a version that begins alike": lambda aws: captured(aws, version="77"),
    "a capture of another deployment": lambda aws: captured(aws, request="after-d-10"),
    "the alias at the version before": lambda aws: captured(aws, executed="6"),
    "another answer": lambda aws: captured(aws, predictions=[1, 1]),
    "captures that are denied": lambda aws: aws.fail.update(list=[refused("AccessDenied", 403)]),
    "captures that are lost": lambda aws: aws.fail.update(list=[lost()]),
}


@pytest.mark.parametrize("case", sorted(AFTER))
def test_after_traffic_anything_else_is_reported_as_failed_once(case: str, aws: Aws) -> None:
    AFTER[case](aws)
    after_traffic.handle(EVENT)
    assert [report["status"] for report in aws.reports] == ["Failed"]


def test_a_capture_that_comes_late_is_waited_for(aws: Aws) -> None:
    looked = iter([False, False, True])
    asked: list[int] = []
    now = [0.0]
    found = after_traffic.wait_for(lambda: next(looked), lambda: asked.append(1), lambda: now[0], lambda _: None)
    assert found
    assert len(asked) == 3
    del aws


def test_without_capture_invocations_of_this_version_are_counted(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPTURE_PERCENT", "0")
    after_traffic.handle(EVENT)
    aws.invocations = 1.0
    after_traffic.handle(EVENT)
    assert [report["status"] for report in aws.reports] == ["Failed", "Succeeded"]


def test_answers_of_several_classes_are_compared_number_by_number() -> None:
    given = HeldOutRows("text/csv", "1\n", 1, [[0.25, 0.75]], 1e-6)
    hooks.require_right([[0.25, 0.75]], given)
    for wrong in ([[0.25, 0.76]], [[0.25]], [0.25]):
        with pytest.raises(HookFailed):
            hooks.require_right(wrong, given)
