"""Pure checks: what an endpoint is, and whether its answers are the model's."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.holdout import Holdout
from deploy.metrics import METRICS, Answer
from deploy.project import QualityGate
from deploy.report import CheckResult, failed, passed
from deploy.wire import is_finite, same_float32

IN_SERVICE, PACKAGE, ERROR_SHAPE, LATENCY = "in service", "model package", "error shape", "latency"


def check_status(description: Mapping[str, Any]) -> CheckResult:
    """From DescribeEndpoint."""
    status = description["EndpointStatus"]
    if status == "InService":
        return passed(IN_SERVICE, f"{description['EndpointName']} is InService")
    reason = " ".join(description.get("FailureReason", "no reason given").split())
    return failed(IN_SERVICE, f"{description['EndpointName']} is {status}: {reason}", status=status)


def check_package(models: Mapping[str, Mapping[str, Any]], package_arn: str) -> CheckResult:
    """From DescribeModel of each variant's model, by variant name: all must serve the package."""
    served = {variant: _packages(model) for variant, model in models.items()}
    # Of an inference pipeline, every container.
    others = {variant: arns for variant, arns in served.items() if set(arns) != {package_arn}}
    if models and not others:
        return passed(PACKAGE, f"serves {package_arn}")
    found = "; ".join(f"{variant}: {', '.join(arns) or 'none'}" for variant, arns in others.items())
    return failed(PACKAGE, f"serves {found or 'nothing'}; expected {package_arn}")


def _packages(model: Mapping[str, Any]) -> list[str]:
    containers = model.get("Containers") or [model.get("PrimaryContainer", {})]
    return [container["ModelPackageName"] for container in containers if container.get("ModelPackageName")]


def check_answers(content_type: str, answers: Sequence[Answer], expected: Sequence[Answer]) -> CheckResult:
    """The endpoint's answers are the model's own, as float32."""
    name = f"answers {content_type}"
    if len(answers) != len(expected):
        return failed(name, f"{len(answers)} answers to {len(expected)} rows")
    pairs = list(enumerate(zip(answers, expected, strict=True), 1))
    wrong = [(row, got, want) for row, (got, want) in pairs if not same_float32(got, want)]
    if not wrong:
        return passed(name, f"{len(expected)} rows equal the model's answers", rows=len(expected))
    row, got, want = wrong[0]
    detail = (
        f"{len(wrong)} of {len(expected)} answers differ; row {row}: {_shown(got)}, model: {_shown(want)}"
    )
    return failed(name, detail, rows=len(expected), different=len(wrong))


def _shown(answer: Answer) -> str:
    """At most three numbers: a hundred classes are no help in a table."""
    return " ".join(repr(value) for value in answer[:3]) + (" …" if len(answer) > 3 else "")


def check_metric(gate: QualityGate, problem: str, holdout: Holdout, answers: Sequence[Answer]) -> CheckResult:
    """The gate's metric, recomputed from what the endpoint answered."""
    name, metric = f"metric {gate.metric}", METRICS[gate.metric]
    if problem not in metric.problems:
        return failed(name, f"has no meaning for a {problem} model")
    if not is_finite(answers):
        return failed(name, "an answer is not a finite number")
    try:
        value = metric.compute(holdout.labels, answers)
    except (IndexError, ValueError) as error:
        return failed(name, f"cannot be computed from these answers: {error}")
    sign = "<=" if metric.lower_is_better else ">="
    detail = f"{value:.6g} on {len(answers)} held-out rows; the gate demands {sign} {gate.threshold:g}"
    if math.isnan(value):
        return failed(name, detail)
    verdict = passed if metric.meets(value, gate.threshold) else failed
    return verdict(name, detail, value=value, threshold=gate.threshold)


def check_error(status: int | None, message: str) -> CheckResult:
    """What the container said to a malformed row: 4xx and `{"error": {"code": …, "message": …}}`.

    `status` is None if it answered as if nothing were wrong.
    """
    if status is None:
        return failed(ERROR_SHAPE, "a malformed row was answered with 200; expected 4xx")
    if not 400 <= status < 500:
        return failed(
            ERROR_SHAPE, f"a malformed row was answered with {status}; expected 4xx", httpStatus=status
        )
    try:
        error = json.loads(message)["error"]
        shaped = isinstance(error["code"], str | int) and isinstance(error["message"], str)
    except (ValueError, KeyError, TypeError):
        shaped = False
    if not shaped:
        return failed(
            ERROR_SHAPE, f"{status} without {{error: {{code, message}}}} as JSON", httpStatus=status
        )
    return passed(ERROR_SHAPE, f"a malformed row is refused with {status} and a reason", httpStatus=status)


def check_latency(milliseconds: Sequence[float], limit_ms: float) -> CheckResult:
    """p50 and p99 (nearest rank) of single-row requests as a caller sees them, against the stage's limit."""
    p50, p99 = (_percentile(milliseconds, share) for share in (0.50, 0.99))
    detail = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms of {len(milliseconds)} requests; limit {limit_ms:g} ms"
    verdict = passed if p99 <= limit_ms else failed
    return verdict(LATENCY, detail, p50Ms=round(p50, 3), p99Ms=round(p99, 3), limitMs=limit_ms)


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
