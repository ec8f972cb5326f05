"""`python -m deploy test` and `verify`: what a stage's endpoints must do, and what is said if they do not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.in_memory_aws import PRODUCTION, SECOND, STAGING, Behaviour, InMemoryAws, stage

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def served(aws: InMemoryAws, run: Run) -> InMemoryAws:
    package = aws.register()
    assert run("render")[0] == 0
    aws.serve("staging", package)
    return aws


def staging(run: Run, wait: float = 0) -> tuple[int, dict[str, dict[str, Any]], str]:
    """Exit code, the first account's checks by name, standard error."""
    code, _, error = run("test", "--stage", "staging", "--capture-wait", str(wait))
    with open("build/test-staging.json", encoding="utf-8") as report:  # noqa: PTH123
        document = json.load(report)
    assert document["passed"] == (code == 0)
    return code, {check["name"]: check for check in document["accounts"][0]["checks"]}, error


def failures(checks: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, check in checks.items() if check["status"] == "failed"}


def test_a_good_endpoint_passes_every_check(served: InMemoryAws, run: Run) -> None:
    code, checks, error = staging(run)
    assert (code, error) == (0, "")
    assert served.forbidden == set()
    assert list(checks) == [
        "in service",
        "model package",
        "answers text/csv",
        "answers application/json",
        "answers application/jsonlines",
        "metric auc",
        "error shape",
        "latency",
        "data capture",
    ]
    assert {check["status"] for check in checks.values()} == {"passed"}
    assert checks["answers text/csv"]["figures"]["rows"] == 150
    assert checks["metric auc"]["figures"] == {"value": 1.0, "threshold": 0.9}
    assert checks["latency"]["figures"]["p99Ms"] >= checks["latency"]["figures"]["p50Ms"] > 0


def test_a_failed_endpoint_is_told_with_its_reason_and_not_called(served: InMemoryAws, run: Run) -> None:
    served.break_endpoint(STAGING, "Failed", "The primary container did not pass the ping health check")
    code, checks, error = staging(run)
    assert (code, list(checks)) == (1, ["in service"])
    assert "is Failed: The primary container did not pass the ping health check" in error


def test_an_endpoint_that_still_serves_another_package_fails(aws: InMemoryAws, run: Run) -> None:
    old = aws.register()
    new = aws.register()
    run("render")
    aws.serve("staging", old)
    code, checks, error = staging(run)
    assert (code, failures(checks)) == (1, {"model package"})
    assert f"serves primary: {old}; expected {new}" in error


def test_an_answer_that_is_one_float32_step_off_fails_in_every_format(served: InMemoryAws, run: Run) -> None:
    served.behaviour[STAGING] = Behaviour(add=6e-8)
    code, checks, error = staging(run)
    assert code == 1
    assert failures(checks) == {
        "answers text/csv",
        "answers application/json",
        "answers application/jsonlines",
    }
    assert "answers differ; row" in error


def test_constant_answers_miss_the_gate_too(served: InMemoryAws, run: Run) -> None:
    served.behaviour[STAGING] = Behaviour(constant=0.5)
    code, checks, error = staging(run)
    assert (code, "metric auc" in failures(checks)) == (1, True)
    assert "metric auc: 0.5 on 150 held-out rows; the gate demands >= 0.9" in error


def test_an_answer_too_few_is_told(served: InMemoryAws, run: Run) -> None:
    served.behaviour[STAGING] = Behaviour(drop_last=True)
    _, checks, error = staging(run)
    assert "answers text/csv" in failures(checks)
    assert "148 answers to 150 rows" in error


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (Behaviour(malformed_status=None), "answered with 200"),
        (Behaviour(malformed_status=500), "answered with 500"),
        (Behaviour(malformed_message="<html>Bad Request</html>"), "400 without {error: {code, message}}"),
        (Behaviour(malformed_message='{"error": "bad"}'), "400 without {error: {code, message}}"),
    ],
)
def test_a_malformed_row_must_be_refused_with_a_reason(
    served: InMemoryAws, run: Run, behaviour: Behaviour, words: str
) -> None:
    served.behaviour[STAGING] = behaviour
    code, checks, error = staging(run)
    assert (code, failures(checks)) == (1, {"error shape"})
    assert words in error


def test_a_slow_endpoint_fails_with_its_figures(aws: InMemoryAws, run: Run) -> None:
    aws.stages["staging"]["latencyLimitMs"] = 1
    aws.publish()
    package = aws.register()
    run("render")
    aws.serve("staging", package)
    code, checks, error = staging(run)
    assert (code, failures(checks)) == (1, {"latency"})
    assert "of 100 requests; limit 1 ms" in error


def test_capture_that_never_arrives_fails(served: InMemoryAws, run: Run) -> None:
    served.behaviour[STAGING] = Behaviour(captures=False)
    code, checks, error = staging(run, wait=0.3)
    assert (code, failures(checks)) == (1, {"data capture"})
    assert "s3://capture-222222222222/screening/mlops-screening-staging/primary/" in error


def test_capture_of_other_requests_is_no_proof(served: InMemoryAws, run: Run) -> None:
    staging(run)  # leaves captured data of an earlier test
    served.behaviour[STAGING] = Behaviour(captures=False)
    _, checks, _ = staging(run)
    assert failures(checks) == {"data capture"}


def test_capture_of_another_answer_fails(served: InMemoryAws, run: Run) -> None:
    served.behaviour[STAGING] = Behaviour(captured_output="0.0\n")
    _, checks, error = staging(run)
    assert failures(checks) == {"data capture"}
    assert "holds another answer than the endpoint gave" in error


def test_an_endpoint_without_capture_fails_if_the_stage_wants_it(aws: InMemoryAws, run: Run) -> None:
    package = aws.register()
    run("render")
    aws.serve("staging", package, capture=False)
    _, checks, error = staging(run)
    assert failures(checks) == {"data capture"}
    assert "the endpoint captures nothing" in error


def test_capture_is_not_awaited_where_the_stage_wants_none(aws: InMemoryAws, run: Run) -> None:
    aws.stages["staging"]["capturePercentage"] = 0
    aws.publish()
    package = aws.register()
    run("render")
    aws.serve("staging", package)
    code, checks, _ = staging(run)
    assert (code, checks["data capture"]["status"]) == (0, "skipped")


def test_a_crashing_container_is_told_for_each_check_without_a_traceback(
    served: InMemoryAws, run: Run
) -> None:
    served.behaviour[STAGING] = Behaviour(crash=True)
    code, checks, error = staging(run)
    assert code == 1
    assert failures(checks) == {
        "answers text/csv",
        "answers application/json",
        "answers application/jsonlines",
        "error shape",
        "latency",
        "data capture",
    }
    assert "Traceback" not in error


@pytest.mark.filterwarnings("ignore:Exception.AccessDenied")  # moto: botocore has no shape for AccessDenied
def test_an_account_that_cannot_be_entered_does_not_keep_the_others_from_being_tested(
    aws: InMemoryAws, run: Run
) -> None:
    aws.stages["staging"] = stage("staging", SECOND, STAGING)
    aws.publish()
    package = aws.register()
    run("render")
    aws.serve("staging", package)
    aws.forbidden.add(SECOND)
    code, output, error = run("test", "--stage", "staging", "--capture-wait", "0")
    assert code == 1
    assert f"{SECOND} eu-west-1: test role: cannot assume" in error
    assert "AccessDenied" in error
    report = json.loads((aws.folder / "build" / "test-staging.json").read_text())
    assert {entry["account"]: entry["passed"] for entry in report["accounts"]} == {
        SECOND: False,
        STAGING: True,
    }
    assert "data capture" in output


def test_verify_calls_production_lightly(aws: InMemoryAws, run: Run) -> None:
    package = aws.register()
    run("render")
    aws.serve("production", package)
    code, output, _ = run("verify", "--stage", "production", "--capture-wait", "0")
    assert code == 0
    assert "100 rows equal the model's answers" in output
    assert "metric" not in output
    report = json.loads((aws.folder / "build" / "test-production.json").read_text())
    assert report["accounts"][0]["account"] == PRODUCTION


def test_a_sampled_stage_is_called_often_enough_to_be_captured(aws: InMemoryAws, run: Run) -> None:
    aws.stages["production"]["capturePercentage"] = 5
    aws.publish()
    package = aws.register()
    run("render")
    aws.serve("production", package)
    _, output, _ = run("verify", "--stage", "production", "--capture-wait", "0")
    assert "of 180 requests" in output  # 0.95 ** 180 < 1e-4


def test_testing_before_rendering_says_what_to_do(aws: InMemoryAws, run: Run) -> None:
    code, _, error = run("test", "--stage", "staging")
    assert (code, "run `python -m deploy render` first" in error) == (1, True)
    assert aws.folder.exists()


def test_held_out_rows_that_are_gone_are_named(served: InMemoryAws, run: Run) -> None:
    served.put_holdout(expected="1\n2\n")
    code, _, error = run("test", "--stage", "staging")
    assert (code, "expected.csv has 2 lines; holdout.csv has 150 rows" in error) == (1, True)
