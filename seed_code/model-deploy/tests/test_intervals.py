"""Intervals hold the true difference as often as they say, and a real difference is told from none."""

import random
from collections.abc import Sequence

import pytest

from deploy.intervals import bootstrap_difference, difference_of_rates, wilson

TRIALS = 2000


def hits(chance: random.Random, rate: float, count: int) -> int:
    return sum(chance.random() < rate for _ in range(count))


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize(("rate", "count"), [(0.5, 50), (0.1, 100), (0.02, 400)])
def test_wilson_covers_the_true_rate(rate: float, count: int) -> None:
    chance = random.Random(1)
    found = [wilson(hits(chance, rate, count), count) for _ in range(TRIALS)]
    covered = sum(each.low <= rate <= each.high for each in found) / TRIALS
    assert 0.92 < covered <= 0.99


@pytest.mark.parametrize(
    ("first", "second", "counts"), [(0.1, 0.1, (200, 200)), (0.05, 0.15, (100, 300)), (0.5, 0.4, (80, 80))]
)
def test_newcombe_covers_the_true_difference(first: float, second: float, counts: tuple[int, int]) -> None:
    chance = random.Random(2)
    covered = 0
    for _ in range(TRIALS):
        found = difference_of_rates(
            (hits(chance, first, counts[0]), counts[0]), (hits(chance, second, counts[1]), counts[1])
        )
        covered += found.low <= second - first <= found.high
    assert 0.93 < covered / TRIALS < 0.985


def test_the_bootstrap_covers_the_true_difference() -> None:
    chance, covered, trials = random.Random(3), 0, 200
    for number in range(trials):
        first = [chance.gauss(0, 1) for _ in range(80)]
        second = [chance.gauss(0.3, 1.5) for _ in range(80)]
        found = bootstrap_difference(mean, first, second, resamples=300, seed=number)
        covered += found.low <= 0.3 <= found.high
    assert 0.88 < covered / trials < 0.99


def test_of_two_that_are_alike_about_one_in_twenty_is_told_apart_and_of_two_that_differ_nearly_all() -> None:
    chance = random.Random(4)

    def told(second: float) -> float:
        found = (
            difference_of_rates((hits(chance, 0.1, 400), 400), (hits(chance, second, 400), 400))
            for _ in range(500)
        )
        return sum(not each.is_zero_inside for each in found) / 500

    assert told(0.1) < 0.08
    assert told(0.25) > 0.95


def test_published_intervals_are_reproduced() -> None:
    """Newcombe 1998, table II: 56/70 and 48/80 by method 10."""
    found = difference_of_rates((48, 80), (56, 70))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@pytest.mark.parametrize(("count", "of"), [(0, 0), (5, 4), (-1, 3)])
def test_what_is_no_rate_is_refused(count: int, of: int) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        wilson(count, of)


def test_too_few_observations_give_no_interval() -> None:
    def needs_both(values: Sequence[float]) -> float:
        return 1 / (len(set(values)) - 1)

    with pytest.raises((ValueError, ZeroDivisionError)):
        bootstrap_difference(needs_both, [1.0], [1.0])
