"""What a check says to CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.endpoint_checker.asking import CheckCounts
from functions.endpoint_checker.fleets import BROKEN

CHECKED, WRONG, FAILED, UNANSWERED = "CheckedAnswers", "WrongAnswers", "FailedAnswers", "UnansweredChecks"
ENDPOINT, VERSION = "EndpointName", "ModelPackageVersion"


def metric_data(endpoint: str, status: str, counts: CheckCounts) -> list[dict[str, Any]]:
    """PutMetricData's entries: by version what was checked and wrong, of the endpoint the whole.

    `UnansweredChecks` is there whatever the endpoint is, 0 too: where it is missing, nobody looks.
    """
    unanswered = counts.unanswered or status in BROKEN
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
    return data


def _datum(name: str, value: float, dimensions: Mapping[str, str]) -> dict[str, Any]:
    shown = [{"Name": key, "Value": text} for key, text in dimensions.items()]
    return {"MetricName": name, "Value": float(value), "Unit": "Count", "Dimensions": shown}
