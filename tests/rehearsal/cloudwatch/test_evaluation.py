"""What an alarm makes of its datapoints."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.cloudwatch.evaluation import (
    ALARM,
    INSUFFICIENT_DATA,
    OK,
    AlarmRule,
    UnknownStatistic,
    decide,
    low_on_samples,
    percentile,
    statistic,
)
from rehearsal.cloudwatch.metrics import Samples


def rule(**more: object) -> AlarmRule:
    values: dict[str, object] = {
        "statistic": "Average",
        "comparison": "GreaterThanThreshold",
        "threshold": 0.5,
        "periods": 3,
        "to_alarm": 2,
    }
    return AlarmRule(**{**values, **more})  # type: ignore[arg-type]


def samples(*values: float) -> Samples:
    found = Samples()
    for value in values:
        found.add(value)
    return found


@pytest.mark.parametrize(
    ("missing", "datapoints", "before", "after"),
    [
        ("missing", [None, None, None], OK, INSUFFICIENT_DATA),
        ("missing", [None, 1.0, 1.0], OK, ALARM),
        ("missing", [None, None, 1.0], OK, OK),
        ("notBreaching", [None, None, None], ALARM, OK),
        ("notBreaching", [1.0, None, 1.0], OK, ALARM),
        ("breaching", [None, None, 0.0], OK, ALARM),
        ("breaching", [0.0, 0.0, None], ALARM, OK),
        ("ignore", [None, None, None], ALARM, ALARM),
        ("ignore", [0.0, 0.0, None], ALARM, OK),
        ("missing", [0.0, 1.0, 0.0], ALARM, OK),
        ("missing", [1.0, 0.0, 1.0], OK, ALARM),
    ],
)
def test_missing_data_are_treated_as_the_alarm_says(
    missing: str, datapoints: list[float | None], before: str, after: str
) -> None:
    assert decide(rule(missing=missing), datapoints, before) == after


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.floats(0.01, 0.99))
def test_a_percentile_is_the_one_that_numpy_computes(values: list[float], share: float) -> None:
    assert percentile(values, share) == pytest.approx(float(np.percentile(values, share * 100)), rel=1e-9, abs=1e-6)


def test_statistics_of_a_period_are_those_of_its_samples() -> None:
    found = samples(1.0, 2.0, 6.0)
    names = ("Average", "Sum", "SampleCount", "Minimum", "Maximum", "p50")
    assert [statistic(name, found) for name in names] == [3.0, 9.0, 3.0, 1.0, 6.0, 2.0]
    assert statistic("Average", Samples()) is None


def test_a_statistic_that_nobody_wrote_down_is_refused() -> None:
    with pytest.raises(UnknownStatistic, match="tm99"):
        statistic("tm99", samples(1.0))
    with pytest.raises(UnknownStatistic, match="LessThanLowerThreshold"):
        decide(rule(comparison="LessThanLowerThreshold"), [1.0], OK)


@pytest.mark.parametrize(("name", "count", "low"), [("p99", 999, True), ("p99", 1000, False), ("p90", 100, False)])
def test_a_percentile_of_few_samples_is_not_significant(name: str, count: int, low: bool) -> None:
    assert low_on_samples(name, samples(*[1.0] * count)) is low
