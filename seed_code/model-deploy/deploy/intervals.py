"""Intervals of differences between two models: of rates, of metrics, of agreement. Pure.

Rates: R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
eleven methods", Statistics in Medicine 17 (1998), method 10, made of E. B. Wilson's intervals of each rate.
Metrics: the percentile bootstrap, B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993),
chapter 13.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TypeVar

Item = TypeVar("Item")
CONFIDENCE = 0.95
RESAMPLES = 1000


@dataclass(frozen=True)
class Interval:
    """An estimate, and the bounds between which the true value lies with the confidence."""

    value: float
    low: float
    high: float

    @property
    def is_zero_inside(self) -> bool:
        """Whether no difference is among what is plausible."""
        return self.low <= 0.0 <= self.high


def wilson(hits: int, count: int, confidence: float = CONFIDENCE) -> Interval:
    """The interval of a rate. Raises `ValueError` for no observations."""
    if count < 1 or not 0 <= hits <= count:
        raise ValueError(f"{hits} of {count} is no rate")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = hits / count
    middle = (rate + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(rate * (1 - rate) / count + z * z / (4 * count * count))
    return Interval(rate, max(0.0, middle - half), min(1.0, middle + half))


def difference_of_rates(
    first: tuple[int, int], second: tuple[int, int], confidence: float = CONFIDENCE
) -> Interval:
    """Second minus first, each as hits and observations. Raises `ValueError` for no observations."""
    a, b = wilson(*first, confidence=confidence), wilson(*second, confidence=confidence)
    difference = b.value - a.value
    low = difference - math.hypot(b.value - b.low, a.high - a.value)
    high = difference + math.hypot(b.high - b.value, a.value - a.low)
    return Interval(difference, low, high)


def bootstrap_difference(
    statistic: Callable[[Sequence[Item]], float],
    first: Sequence[Item],
    second: Sequence[Item],
    *,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """A statistic of the second sample minus that of the first, each resampled by itself.

    Resamples of which the statistic cannot be computed, such as those with one class alone, are left out.
    Raises `ValueError` where that is true of the samples themselves, or of half of the resamples.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret is made of it
    value = statistic(second) - statistic(first)
    found: list[float] = []
    for _ in range(resamples):
        a, b = (chance.choices(sample, k=len(sample)) for sample in (first, second))
        try:
            difference = statistic(b) - statistic(a)
        except (ValueError, ZeroDivisionError):
            continue
        if math.isfinite(difference):
            found.append(difference)
    if len(found) * 2 < resamples or not math.isfinite(value):
        raise ValueError("most resamples give no statistic: there are too few observations")
    found.sort()
    tail = (1 - confidence) / 2
    return Interval(value, _quantile(found, tail), _quantile(found, 1 - tail))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between the nearest ranks."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
