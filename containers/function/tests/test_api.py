"""What the API answers, with an endpoint that answers or fails as SageMaker does."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from inference_api.endpoint import ModelEndpoint
from inference_api.errors import ApiError
from inference_api.handler import BODY_BYTES, Api, logger
from inference_api.media_types import MediaType
from inference_api.settings import ApiSettings, SettingsError, api_settings, packed_names

SETTINGS = ApiSettings(
    endpoint="mlops-screening-production",
    model_version="7",
    feature_count=2,
    features=("radius", "texture"),
    max_rows=3,
    attempt_seconds=8,
    total_seconds=24,
    idempotency_table=None,
)
Outcome = dict[str, Any] | Exception


class Endpoint:
    """Answers `outcomes` in order, and the last for good."""

    def __init__(self, *outcomes: Outcome | Callable[[], Outcome]) -> None:
        self.outcomes, self.calls = list(outcomes), []

    calls: list[dict[str, Any]]

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.calls.append(request)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if callable(outcome):
            outcome = outcome()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def predictions(values: list[Any], attributes: str = "") -> Callable[[], Outcome]:
    body = json.dumps({"predictions": values}).encode()
    return lambda: {"Body": io.BytesIO(body), "CustomAttributes": attributes}


def error(code: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "secret 4711"}, **more}, "InvokeEndpoint")


def event(body: Any, content_type: str | None = "application/json", **more: Any) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": content_type} if content_type else {}
    return {
        "body": text,
        "headers": headers,
        "isBase64Encoded": False,
        "requestContext": {"requestId": "r-1", "identity": {"userArn": "arn:aws:iam::1:role/a"}},
        **more,
    }


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference_api.endpoint._PAUSES", (0, 0))


def respond(endpoint: Endpoint, given: Any, seconds: float = 28) -> tuple[int, Any, dict[str, str]]:
    answer = Api(SETTINGS, endpoint, None).respond(given, "3", seconds)
    return answer["statusCode"], json.loads(answer["body"]), answer["headers"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ({"instances": [[1.5, None]]}, "application/json"),
        ({"instances": [{"texture": 1, "radius": 2}]}, "Application/JSON; charset=UTF-8"),
        ("1.5,\n", "text/csv"),
        ("radius,texture\r\n1,2\r\n", "text/csv"),
    ],
)
def test_rows_are_answered_as_json_with_the_version_that_predicted(body: Any, content_type: str) -> None:
    endpoint = Endpoint(predictions([0.25], "model-package=mlops-screening/8"))
    status, answer, headers = respond(endpoint, event(body, content_type))
    assert (status, answer) == (200, {"predictions": [0.25], "modelVersion": "8", "requestId": "r-1"})
    assert headers == {"Content-Type": "application/json", "X-Model-Version": "8", "X-Request-Id": "r-1"}
    (call,) = endpoint.calls
    assert call["EndpointName"] == "mlops-screening-production"
    assert call["CustomAttributes"] == "request-id=r-1,api-version=3"


def test_without_a_word_of_the_container_the_version_is_the_delivered_one() -> None:
    assert respond(Endpoint(predictions([1])), event({"instances": [[1, 2]]}))[1]["modelVersion"] == "7"


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "no body": (event(""), 400, "malformed_body"),
    "null body": ({**event(""), "body": None}, 400, "malformed_body"),
    "no JSON": (event("{"), 400, "malformed_body"),
    "NaN": (event('{"instances": [[NaN, 1]]}'), 400, "malformed_body"),
    "thousands of digits": (event('{"instances": [[' + "9" * 5000 + ", 1]]}"), 400, "malformed_body"),
    "nested deeply": (event("[" * 100_000), 400, "malformed_body"),
    "a name twice": (event('{"instances": [[1, 2]], "instances": [[3, 4]]}'), 400, "malformed_body"),
    "no UTF-8": (event(base64.b64encode(b"\xff").decode(), "text/csv", isBase64Encoded=True), 400, "malformed_body"),
    "no base64": (event("?", "text/csv", isBase64Encoded=True), 400, "malformed_body"),
    "another type": (event("<a/>", "text/xml"), 415, "unsupported_media_type"),
    "no type": (event("1,2", None), 415, "unsupported_media_type"),
    "another charset": (event("1,2", "text/csv; charset=utf-16"), 415, "unsupported_media_type"),
    "compressed": (
        event("1,2", headers={"content-type": "text/csv", "Content-Encoding": "gzip"}),
        415,
        "unsupported_media_type",
    ),
    "a list": (event([[1, 2]]), 422, "invalid_rows"),
    "further members": (event({"instances": [[1, 2]], "parameters": {}}), 422, "invalid_rows"),
    "no rows": (event({"instances": []}), 422, "invalid_rows"),
    "no list": (event({"instances": {"a": 1}}), 422, "invalid_rows"),
    "a text as row": (event({"instances": ["1,2"]}), 422, "invalid_rows"),
    "too narrow": (event({"instances": [[1]]}), 422, "invalid_rows"),
    "too wide": (event("1,2,3", "text/csv"), 422, "invalid_rows"),
    "text": (event({"instances": [["1", 2]]}), 422, "invalid_rows"),
    "a truth value": (event({"instances": [[True, 2]]}), 422, "invalid_rows"),
    "too large": (event({"instances": [[1e39, 2]]}), 422, "invalid_rows"),
    "no number": (event("1,x", "text/csv"), 422, "invalid_rows"),
    "infinite": (event("1,inf", "text/csv"), 422, "invalid_rows"),
    "underscore": (event("1,1_0", "text/csv"), 422, "invalid_rows"),
    "an unknown column": (event({"instances": [{"radius": 1, "texture": 2, "x": 3}]}), 422, "unknown_columns"),
    "a missing column": (event({"instances": [{"radius": 1}]}), 422, "missing_columns"),
    "too many rows": (event("1,2\n" * 4, "text/csv"), 413, "too_many_rows"),
    "too many bytes": (event("1" * (BODY_BYTES + 1), "text/csv"), 413, "body_too_large"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_what_is_no_request_is_refused_before_the_endpoint_and_says_why(case: str) -> None:
    given, expected, code = WRONG[case]
    endpoint = Endpoint(predictions([1]))
    status, answer, headers = respond(endpoint, given)
    assert (status, answer["code"], answer["status"]) == (expected, code, expected)
    assert answer["detail"]
    assert headers["Content-Type"] == "application/problem+json"
    assert endpoint.calls == []


def timed_out(kind: Any) -> Exception:
    made: Exception = kind(endpoint_url="https://runtime.sagemaker")
    return made


FAILURES: dict[str, tuple[Outcome, int, str, int]] = {
    "throttled": (error("ThrottlingException"), 503, "model_busy", 3),
    "unavailable": (error("ServiceUnavailable"), 503, "model_unavailable", 3),
    "not ready": (error("ModelNotReadyException"), 503, "model_unavailable", 3),
    "no connection": (timed_out(ConnectTimeoutError), 503, "model_unavailable", 3),
    "not there": (error("ValidationError"), 503, "model_unavailable", 1),
    "denied": (error("AccessDeniedException"), 502, "model_refused", 1),
    "model error": (error("ModelError", OriginalStatusCode=500, OriginalMessage="secret"), 502, "model_failed", 1),
    "model away": (error("ModelError", OriginalStatusCode=503), 503, "model_unavailable", 3),
    "model refuses": (error("ModelError", OriginalStatusCode=400, OriginalMessage="{"), 422, "invalid_rows", 1),
    "model finds it large": (error("ModelError", OriginalStatusCode=413), 413, "body_too_large", 1),
    "no JSON": ({"Body": io.BytesIO(b"secret")}, 502, "model_failed", 1),
}


@pytest.mark.parametrize("case", sorted(FAILURES))
def test_an_endpoint_that_fails_is_tried_again_where_that_helps_and_told_as_a_documented_status(case: str) -> None:
    outcome, expected, code, attempts = FAILURES[case]
    endpoint = Endpoint(outcome)
    status, answer, headers = respond(endpoint, event("1,2", "text/csv"))
    assert (status, answer["code"], len(endpoint.calls)) == (expected, code, attempts)
    assert ("Retry-After" in headers) == (expected == 503)
    assert "secret" not in json.dumps(answer)


def test_a_lost_answer_is_asked_for_again_and_a_passing_failure_costs_the_caller_nothing() -> None:
    for outcome in (timed_out(ReadTimeoutError), error("ThrottlingException")):
        endpoint = Endpoint(outcome, predictions([0.5]))
        assert respond(endpoint, event("1,2", "text/csv"))[0] == 200
        assert len(endpoint.calls) == 2


def test_no_attempt_begins_that_would_outlast_the_gateway() -> None:
    now = [0.0]

    def slow() -> Outcome:
        now[0] += 8
        return timed_out(ReadTimeoutError)

    endpoint = Endpoint(slow)
    model = ModelEndpoint(client=endpoint, name="e", attempt_seconds=8, clock=lambda: now[0], sleep=lambda _: None)
    with pytest.raises(ApiError) as refused:
        model.predict(b"1,2", MediaType.CSV, "", until=24)
    assert (refused.value.status, refused.value.retry_after) == (504, 5)
    assert len(endpoint.calls) == 2
    assert now[0] < 24


def test_neither_payload_nor_headers_reach_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = 'x\r\n{"level":"INFO"} 4711'
    for body in ("4711,4711", "4711,secret", hostile):
        given = event(
            body,
            headers={"Content-Type": "text/csv", "X-Amzn-Trace-Id": hostile, "User-Agent": hostile, hostile: hostile},
        )
        respond(Endpoint(error("ModelError", OriginalStatusCode=500, OriginalMessage="4711")), given)
    written = capsys.readouterr().out + capsys.readouterr().err
    logger.info("")
    assert "4711" not in written
    assert "secret" not in written


def test_settings_that_are_missing_or_wrong_are_named() -> None:
    given = {"ENDPOINT_NAME": "e", "MODEL_VERSION": "7", "FEATURE_COUNT": "2", "MAX_ROWS": "3"}
    assert api_settings(given).features is None
    with pytest.raises(SettingsError, match="MAX_ROWS is missing"):
        api_settings({key: value for key, value in given.items() if key != "MAX_ROWS"})
    with pytest.raises(SettingsError, match="not allowed"):
        api_settings({**given, "FEATURE_COUNT": "many"})
    with pytest.raises(ValueError, match="zlib"):
        packed_names(base64.b64encode(b"x").decode())
