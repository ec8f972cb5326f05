"""The model's metric on its held-out rows, against that of the version in production, each with its interval.

An interval is a bootstrap one: the metric of as many rows, drawn again and again with replacement; 95 of 100
lie in it (B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", chapter 13). Each model is measured on
its own held-out rows: intervals that overlap say nothing about which is better.
"""

import math
import random
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.errors import DeployError
from deploy.holdout import Holdout, fetch_holdout
from deploy.metrics import METRICS, Answers, Labels, MetricFunction

DRAWS, SHARE, ROWS = 300, 0.95, 1_000


@dataclass(frozen=True)
class Measured:
    """A metric with its interval; low and high are None where too few draws had a value."""

    value: float
    low: float | None
    high: float | None
    rows: int

    def document(self) -> dict[str, Any]:
        """As the report has it."""
        return {"value": _finite(self.value), "low": self.low, "high": self.high, "rows": self.rows}


def measured(metric: MetricFunction, labels: Labels, answers: Answers, draws: int = DRAWS) -> Measured:
    """The metric, with a percentile interval of draws that are the same for the same rows."""
    rows = len(labels)
    source = random.Random(rows)  # noqa: S311 - a sample, no secret
    found = []
    for _ in range(draws):
        chosen = source.choices(range(rows), k=rows)
        value = metric.compute([labels[row] for row in chosen], [answers[row] for row in chosen])
        if math.isfinite(value):
            found.append(value)
    value = metric.compute(labels, answers)
    if len(found) < draws * SHARE:
        return Measured(value, None, None, rows)
    found.sort()
    cut = int(len(found) * (1 - SHARE) / 2)
    return Measured(value, found[cut], found[-1 - cut], rows)


def compared(name: str, candidate: Measured | None, production: Measured | None) -> dict[str, Any]:
    """The report's `comparison`, with a sentence that says no more than the intervals do."""
    return {
        "metric": name,
        "candidate": candidate.document() if candidate else None,
        "production": production.document() if production else None,
        "words": _words(name, candidate, production),
    }


def _words(name: str, candidate: Measured | None, production: Measured | None) -> str:
    if candidate is None:
        return "this version could not be measured"
    if production is None:
        return "there is no version in production that could be measured"
    ends = (candidate.low, candidate.high, production.low, production.high)
    if any(end is None for end in ends):
        return "too few rows of each kind for an interval"
    low, high, other_low, other_high = (float(end) for end in ends if end is not None)
    if low <= other_high and other_low <= high:
        return "the intervals overlap: these rows do not tell which one is better"
    better = (low > other_high) != METRICS[name].lower_is_better
    return f"this version is {'better' if better else 'worse'} by more than its rows vary"


def measure_package(s3: Any, holdout_uri: str, metric: str) -> Measured | None:
    """The metric of a model on the rows that its training kept; None where they cannot be read."""
    try:
        holdout: Holdout = fetch_holdout(s3, holdout_uri).first(ROWS)
    except (DeployError, ClientError, BotoCoreError) as error:
        print(f"warning: {holdout_uri} cannot be measured: {error}")
        return None
    return measured(METRICS[metric], holdout.labels, holdout.expected)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
