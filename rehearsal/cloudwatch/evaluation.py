"""What an alarm makes of its datapoints. Pure.

Sources: Amazon CloudWatch User Guide, "Alarm evaluation", "Configuring how CloudWatch alarms treat missing data" and
"Percentile-based alarms and low data samples".
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rehearsal.cloudwatch.metrics import Samples

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
# Below so many samples over the distance to the nearer end, a percentile is not significant.
_SIGNIFICANT = 10


class UnknownStatistic(ValueError):
    """A statistic or comparison that is not evaluated here."""


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """How an alarm on one metric decides: `periods` datapoints are looked at, `to_alarm` of them must breach.

    `missing` is one of missing, notBreaching, breaching and ignore; `low_samples` is evaluate or ignore.
    """

    statistic: str
    comparison: str
    threshold: float
    periods: int
    to_alarm: int
    missing: str = "missing"
    low_samples: str = "evaluate"


def statistic(name: str, samples: Samples) -> float | None:
    """A statistic of a period's samples, None where there are none. Raises UnknownStatistic."""
    match = _PERCENTILE.fullmatch(name)
    known = {"Average", "Sum", "SampleCount", "Minimum", "Maximum"}
    if not match and name not in known:
        raise UnknownStatistic(f"statistic {name} is not evaluated here; known: {', '.join(sorted(known))}, p90")
    if not samples.count:
        return None
    if match:
        return percentile(samples.values, float(match[1]) / 100)
    return {
        "Average": samples.sums / samples.count,
        "Sum": samples.sums,
        "SampleCount": samples.count,
        "Minimum": min(samples.values),
        "Maximum": max(samples.values),
    }[name]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, by interpolation between the two nearest."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    lower = math.floor(position)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (position - lower)


def low_on_samples(name: str, samples: Samples) -> bool:
    """Whether a percentile of the samples is not significant: fewer than 10/(1-p), or 10/p below the median."""
    match = _PERCENTILE.fullmatch(name)
    if not match:
        return False
    share = float(match[1]) / 100
    distance = 1 - share if share >= 0.5 else share
    return distance > 0 and samples.count < _SIGNIFICANT / distance - 1e-9


def decide(rule: AlarmRule, datapoints: Sequence[float | None], before: str) -> str:
    """The alarm's state from its last datapoints, oldest first, None where there was no data.

    `before` is the state until now, which `ignore` keeps.
    """
    if rule.comparison not in _COMPARISONS:
        raise UnknownStatistic(f"comparison {rule.comparison} is not evaluated here")
    compare = _COMPARISONS[rule.comparison]
    looked_at = list(datapoints)[-rule.periods :]
    real = [value for value in looked_at if value is not None]
    breaching = sum(compare(value, rule.threshold) for value in real)
    lacking = len(looked_at) - len(real)
    if breaching >= rule.to_alarm:
        return ALARM
    if rule.missing == "breaching":
        return ALARM if breaching + lacking >= rule.to_alarm else OK
    if rule.missing == "ignore":
        return before if lacking and breaching + lacking >= rule.to_alarm else OK
    if rule.missing == "missing" and not real:
        return INSUFFICIENT_DATA
    return OK
