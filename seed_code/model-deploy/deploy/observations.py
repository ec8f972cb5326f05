"""What two models of one endpoint answered: from captures, from the truth where it is known, from metrics.

The truth comes as SageMaker's own monitoring takes it: lines of `{"groundTruthData": {"data": "1",
"encoding": "CSV"}, "eventMetadata": {"eventId": …}}` (Developer Guide, "Ingest ground truth labels and merge
them with predictions"), one value for each row of the request, below
`<captures>/ground-truth/<endpoint>/yyyy/mm/dd/hh/`. The event is named by the inference id of the request.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.capture import captured_lines, payload
from deploy.comparison import Observations
from deploy.metrics import Answer
from deploy.wire import CSV, decode

_NAMESPACE = "AWS/SageMaker"
# Requests of the account's own checks, whose ids begin with this, are nobody's traffic.
_CHECKS = "check-"
# GetMetricData's finest period without high resolution.
_PERIOD = 60
# Older captures are of another comparison, or too many to read in a build.
LONGEST = timedelta(days=7)


@dataclass(frozen=True)
class ComparedEndpoint:
    """An endpoint whose two variants are compared, where it captures, and since when the two serve."""

    name: str
    bucket: str
    prefix: str  # of the project's captures, without a slash at its end
    since: datetime


@dataclass
class _Captured:
    answers: dict[str, Answer] = field(default_factory=dict)
    by_request: dict[str, Answer] = field(default_factory=dict)
    requests: int = 0


def read_observations(
    s3: Any, cloudwatch: Any, endpoint: ComparedEndpoint, variant: str, truth: Mapping[str, list[float]]
) -> Observations:
    """What one variant answered since the comparison began; `truth` by inference id."""
    found = _captured(s3, endpoint, variant)
    labels = {
        f"{inference_id}/{row}": label
        for inference_id, values in truth.items()
        for row, label in enumerate(values)
    }
    requests, errors, latencies = _metrics(cloudwatch, endpoint, variant)
    return Observations(found.answers, labels, requests, errors, latencies, found.by_request)


def read_truth(s3: Any, endpoint: ComparedEndpoint) -> dict[str, list[float]]:
    """True labels by inference id. A line that cannot be read is left out: others write these files."""
    found: dict[str, list[float]] = {}
    prefix = f"{endpoint.prefix}/ground-truth/{endpoint.name}/"
    for event in _lines(s3, endpoint, prefix):
        try:
            text, identity = event["groundTruthData"]["data"], event["eventMetadata"]["eventId"]
            found[str(identity)] = [float(cell) for cell in str(text).replace(",", "\n").split()]
        except (KeyError, TypeError, ValueError):
            continue
    return found


def _captured(s3: Any, endpoint: ComparedEndpoint, variant: str) -> _Captured:
    found = _Captured()
    for event in _lines(s3, endpoint, f"{endpoint.prefix}/{endpoint.name}/{variant}/"):
        found.requests += 1
        identity = event.get("eventMetadata", {}).get("inferenceId")
        if str(identity).startswith(_CHECKS):
            continue
        try:
            output = event["captureData"]["endpointOutput"]
            answers = decode(payload(output), str(output.get("observedContentType", CSV)).partition(";")[0])
        except (KeyError, TypeError, ValueError):
            continue
        # Without an id nobody can tell the truth, and the request stands for it: a model answers the same
        # request the same each time.
        name = identity or _request_name(event)
        found.answers |= {f"{name}/{row}": answer for row, answer in enumerate(answers)}
        asked = _request_name(event)
        found.by_request |= {f"{asked}/{row}": answer for row, answer in enumerate(answers)}
    return found


def _request_name(event: Mapping[str, Any]) -> str:
    asked = event["captureData"].get("endpointInput") or {}
    content = payload(asked) if asked.get("data") else b""
    return f"request-{hashlib.sha256(content.strip()).hexdigest()}"


def _lines(s3: Any, endpoint: ComparedEndpoint, prefix: str) -> Iterator[Mapping[str, Any]]:
    since = max(endpoint.since, datetime.now(UTC) - LONGEST)
    for line in captured_lines(s3, endpoint.bucket, prefix, since):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _metrics(cloudwatch: Any, endpoint: ComparedEndpoint, variant: str) -> tuple[int, int, list[float]]:
    """Requests, failed ones, and each minute's mean latency in milliseconds."""
    dimensions = [
        {"Name": "EndpointName", "Value": endpoint.name},
        {"Name": "VariantName", "Value": variant},
    ]
    wanted = {
        "requests": ("Invocations", "Sum"),
        "errors": ("Invocation5XXErrors", "Sum"),
        "latency": ("ModelLatency", "Average"),
    }
    queries = [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": _NAMESPACE, "MetricName": metric, "Dimensions": dimensions},
                "Period": _PERIOD,
                "Stat": statistic,
            },
        }
        for name, (metric, statistic) in wanted.items()
    ]
    values: dict[str, list[float]] = {name: [] for name in wanted}
    now = datetime.now(UTC)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries,
        StartTime=max(endpoint.since, now - LONGEST),
        EndTime=now + timedelta(minutes=1),
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            values[result["Id"]] += result["Values"]
    latencies = [microseconds / 1000 for microseconds in values["latency"]]
    return round(sum(values["requests"])), round(sum(values["errors"])), latencies
