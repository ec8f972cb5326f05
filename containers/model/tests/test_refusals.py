"""What is not served: the status, the reason in words, and nothing of the server's inside."""

from __future__ import annotations

import json
import socket

import pytest

from tests.models import csv_body, features, json_rows, sample
from tests.servers import ServerProcess

JSON, LINES = "application/json", "application/jsonlines"
GOOD = "0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.0"
ROW = [0.1] * 10

BAD_INPUT = [
    ("text/csv", "", "no rows"),
    ("text/csv", GOOD + "\n0.1,0.2\n", "row 2 has 2 values, the model has 10 features"),
    ("text/csv", GOOD + "\n" + GOOD.replace("0.3", "tall"), "row 2, column 3 (bmi): 'tall' is not a number"),
    ("text/csv", GOOD.replace("0.3", "1_0"), "column 3 (bmi)"),
    ("text/csv", GOOD.replace("0.3", "inf"), "row 1, column 3 (bmi): the number is infinite"),
    ("text/csv", GOOD.replace("0.3", "1e39"), "too large for float32"),
    ("text/csv", '"' + GOOD, "check its quotes"),
    ("text/csv", "age,sex\n" + GOOD, "row 1 has 2 values"),
    ("text/csv", b"\xff\xfe", "not UTF-8"),
    (JSON, "{", "not JSON"),
    (JSON, "[" * 100_000, "nested too deeply"),
    (JSON, json.dumps([ROW]), "instances"),
    (JSON, '{"instances": []}', "no rows"),
    (JSON, json.dumps({"instances": [ROW, 3]}), "row 2 is neither a list"),
    (JSON, json.dumps({"instances": [[*ROW[:9], True]]}), "column 10 (s6): 'True' is not a number or null"),
    (JSON, json.dumps({"instances": [[*ROW[:9], "0.1"]]}), "'0.1' is not a number or null"),
    (JSON, json.dumps({"instances": [[*ROW[:9], [1]]]}), "column 10 (s6)"),
    (JSON, json.dumps({"instances": [[*ROW[:9], 10**400]]}), "column 10 (s6): the number is infinite or too large"),
    (JSON, '{"instances": [[' + "9" * 5000 + "]]}", "digits"),
    (JSON, '{"instances": [[NaN]]}', "send null"),
    (JSON, json.dumps({"instances": [{"age": 1}]}), "feature 'sex' is missing"),
    (JSON, json.dumps({"instances": [{"height": 1}]}), "'height' is not a feature"),
    (LINES, json.dumps(ROW) + "\n\n" + json.dumps(ROW), "row 2 is not JSON"),
    (LINES, json.dumps({"features": ROW[:4]}), "row 1 has 4 values"),
]


@pytest.mark.parametrize(("content_type", "body", "reason"), BAD_INPUT)
def test_bad_input_is_refused_with_its_position(
    regressor: ServerProcess, content_type: str, body: str | bytes, reason: str
) -> None:
    answer = regressor.invoke(body, content_type)
    assert (answer.status, answer.error["code"]) == (400, "bad_input")
    assert reason in answer.error["message"]
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/", {}, 404, "not_found"),
        ("GET", "/invocations/../models", {}, 404, "not_found"),
        ("GET", "/invocations", {}, 405, "method_not_allowed"),
        ("POST", "/ping", {}, 405, "method_not_allowed"),
        ("POST", "/invocations", {}, 415, "unsupported_media_type"),
        ("POST", "/invocations", {"content_type": "application/x-python-pickle"}, 415, "unsupported_media_type"),
        ("POST", "/invocations", {"content_type": "text/csv; charset=utf-16"}, 415, "unsupported_media_type"),
        (
            "POST",
            "/invocations",
            {"content_type": "text/csv", "content_encoding": "gzip"},
            415,
            "unsupported_media_type",
        ),
        ("POST", "/invocations", {"content_type": "text/csv", "accept": "image/png"}, 406, "not_acceptable"),
    ],
)
def test_requests_outside_the_contract_are_refused(
    regressor: ServerProcess, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = regressor.request(method, path, GOOD if method == "POST" else None, **headers)
    assert (answer.status, answer.error["code"]) == (status, code)
    assert ("allow" in answer.headers) == (status == 405)


def test_a_body_over_the_limit_is_refused_with_the_limit(regressor: ServerProcess) -> None:
    for body in (b"1" * 500_001, (b"1" * 1000 for _ in range(501))):
        answer = regressor.invoke(body)
        assert (answer.status, answer.error["code"]) == (413, "body_too_large")
        assert "500000 bytes" in answer.error["message"]


def test_a_body_at_the_limit_is_read(regressor: ServerProcess) -> None:
    row = GOOD.encode() + b"\n"
    body = row * 1000
    body += b" " * (500_000 - len(body) - len(row)) + row
    assert len(body) == 500_000
    assert len(regressor.invoke(body).body.splitlines()) == 1001


def test_too_many_rows_are_refused_with_the_limit(regressor: ServerProcess) -> None:
    answer = regressor.invoke((GOOD + "\n") * 2001)
    assert (answer.status, answer.error["code"]) == (413, "too_many_rows")
    assert "2001 rows; at most 2000" in answer.error["message"]


def test_broken_http_does_not_stop_the_server(regressor: ServerProcess) -> None:
    for raw in (b"\x00\x01\x02\r\n\r\n", b"GET /ping HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", b""):
        with socket.create_connection(("127.0.0.1", regressor.port), timeout=10) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            assert b"200 OK" not in connection.recv(4096)
    assert regressor.request("GET", "/ping").status == 200


def test_logs_have_a_line_per_request_and_no_payload(regressor: ServerProcess) -> None:
    secret = GOOD.replace("0.3", "987654.125")
    regressor.invoke(secret, x_amzn_sagemaker_custom_attributes="request-id=req-42,user=somebody@example.com")
    regressor.invoke(secret.replace("0.4", "teapot"), x_amzn_sagemaker_custom_attributes="trace-7")
    good, bad = regressor.requests("request_id", "req-42", "trace-7")
    assert (good["method"], good["path"], good["status"], good["rows"]) == ("POST", "/invocations", 200, 1)
    assert good["content_type"] == "text/csv"
    assert good["ms"] > 0
    assert (bad["status"], bad["error"]) == (400, "bad_input")
    text = regressor.output.read_text()
    assert not [word for word in ("987654.125", "teapot", "somebody") if word in text]


def test_what_the_proxy_refuses_is_logged_too(regressor: ServerProcess) -> None:
    regressor.request("GET", "/not-there")
    (line,) = regressor.requests("path", "/not-there")
    assert (line["event"], line["status"]) == ("request", 404)


def test_a_single_bad_row_among_good_ones_names_its_number(regressor: ServerProcess) -> None:
    rows = json_rows(sample("regression", 200))
    bodies = [dict(zip(features(regressor.root), row, strict=True)) for row in rows]
    bodies[150]["s3"] = "x"  # type: ignore[assignment]
    message = regressor.invoke(json.dumps({"instances": bodies}), JSON).error["message"]
    assert message.startswith("row 151, column 7 (s3)")
    assert regressor.invoke(csv_body(sample("regression", 200))).status == 200
