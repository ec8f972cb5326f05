"""What a check says to CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.endpoint_checker.asking import CheckCounts
from functions.endpoint_checker.fleets import BROKEN, ServedEndpoint

CHECKED, WRONG, FAILED, UNANSWERED = "CheckedAnswers", "WrongAnswers", "FailedAnswers", "UnansweredChecks"
MISSING = "MissingVersions"
ENDPOINT, VERSION = "EndpointName", "ModelPackageVersion"


def metric_data(endpoint: str, found: ServedEndpoint, counts: CheckCounts) -> list[dict[str, Any]]:
    """PutMetricData's entries: by version what was checked and wrong, of the endpoint the whole.

    `UnansweredChecks` is there whatever the endpoint is, 0 too: where it is missing, nobody looks.
    """
    unanswered = counts.unanswered or found.status in BROKEN
    if not counts.asked:
        return [_datum(UNANSWERED, unanswered, {ENDPOINT: endpoint})]
    whole = {
        CHECKED: counts.checked.total(),
        WRONG: counts.wrong.total(),
        FAILED: counts.failed,
        UNANSWERED: unanswered,
    }
    data = [_datum(name, value, {ENDPOINT: endpoint}) for name, value in whole.items()]
    for version, checked in sorted(counts.checked.items()):
        dimensions = {ENDPOINT: endpoint, VERSION: version}
        data += [_datum(CHECKED, checked, dimensions), _datum(WRONG, counts.wrong[version], dimensions)]
    return [*data, *_missing(endpoint, found, counts)]


def _missing(endpoint: str, found: ServedEndpoint, counts: CheckCounts) -> list[dict[str, Any]]:
    """Of a new fleet that has its share of the traffic: 1 where others answered and it did not.

    Nothing is said where nobody told its version: an older model server does not.
    """
    if not found.baking or not counts.answers.total():
        return []
    missing = not any(counts.answers[version] for version in found.newest)
    return [_datum(MISSING, missing, {ENDPOINT: endpoint, VERSION: version}) for version in sorted(set(found.newest))]


def _datum(name: str, value: float, dimensions: Mapping[str, str]) -> dict[str, Any]:
    shown = [{"Name": key, "Value": text} for key, text in dimensions.items()]
    return {"MetricName": name, "Value": float(value), "Unit": "Count", "Dimensions": shown}
