"""Metrics with intervals: wide on few rows, apart where models differ, overlapping where they do not."""

import math
import random

import pytest

from deploy.held_out_comparison import Measured, compared, measured
from deploy.metrics import METRICS

AUC = METRICS["auc"]


def rows(count: int, skill: float, seed: int = 0) -> tuple[list[float], list[tuple[float, ...]]]:
    source = random.Random(seed)
    labels = [float(source.random() < 0.4) for _ in range(count)]
    answers: list[tuple[float, ...]] = [
        (min(max(source.gauss(0.3 + skill * label, 0.2), 0.0), 1.0),) for label in labels
    ]
    return labels, answers


def test_the_interval_holds_the_value_and_narrows_with_rows() -> None:
    few, many = (measured(AUC, *rows(count, 0.3)) for count in (60, 600))
    for found in (few, many):
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high
    assert (few.high or 0) - (few.low or 0) > 1.5 * ((many.high or 0) - (many.low or 0))


def test_it_is_the_same_each_time() -> None:
    assert measured(AUC, *rows(100, 0.3)) == measured(AUC, *rows(100, 0.3))


def test_the_interval_covers_what_many_samples_give() -> None:
    """Of 40 samples of one source, most intervals hold the metric of a very large one."""
    truth = AUC.compute(*rows(20_000, 0.3, seed=99))
    hits = 0
    for seed in range(40):
        found = measured(AUC, *rows(150, 0.3, seed), draws=200)
        hits += (found.low or 1) <= truth <= (found.high or 0)
    assert hits >= 34


def test_a_real_difference_is_told_and_none_is_not() -> None:
    samples = ((0.5, 1), (0.1, 2), (0.5, 3))
    good, bad, other = (measured(AUC, *rows(400, skill, seed)) for skill, seed in samples)
    assert "better by more" in compared("auc", good, bad)["words"]
    assert "worse by more" in compared("auc", bad, good)["words"]
    assert "overlap" in compared("auc", good, other)["words"]


def test_less_is_better_where_the_metric_says_so() -> None:
    low, high = Measured(1.0, 0.9, 1.1, 10), Measured(2.0, 1.9, 2.1, 10)
    assert "better by more" in compared("rmse", low, high)["words"]
    assert "worse by more" in compared("auc", low, high)["words"]


def test_what_is_not_known_is_said() -> None:
    found = Measured(1.0, 0.9, 1.1, 10)
    assert compared("auc", None, found)["words"] == "this version could not be measured"
    assert "no version in production" in compared("auc", found, None)["words"]
    assert "too few rows" in compared("auc", Measured(1.0, None, None, 2), found)["words"]


@pytest.mark.parametrize("labels", [[1.0, 1.0, 1.0], [1.0, 0.0]])
def test_too_few_rows_of_a_kind_have_no_interval(labels: list[float]) -> None:
    found = measured(AUC, labels, [(0.5,) for _ in labels])
    assert (found.low, found.high) == (None, None)
    assert compared("auc", found, found)["candidate"]["value"] in (None, 0.5)
    assert not math.isnan(compared("auc", found, found)["candidate"]["value"] or 0.0)
