"""How often chance alone would measure as well: a permutation test on the held-out rows. Pure.

A model that learned nothing answers independently of the labels, so that every order of the labels is as
likely as the one there is, and with few rows some orders measure well by luck. The share of orders that
measure at least as well as the true one is therefore at most `ALLOWED` for at most that share of such models,
whatever the metric, the number of rows and the shares of the classes.
Source: Phipson and Smyth, "Permutation P-values should never be zero", 2010: the true order counts as one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metrics import Numbers, direction, measure
from table_schema import ProblemType

# Of a hundred models that learned nothing, at most one passes this check.
ALLOWED = 0.01
ORDERS = 499
# With so many rows a useful model is far from chance; more would only take longer.
MOST_ROWS = 2_000


def chance_of(problem: ProblemType, metric: str, target: Numbers, answers: Numbers, seed: int) -> float:
    """Share of the labels' orders, the true one among them, that measure at least as well; 1 if none tells.

    target: shape (rows,). answers: shape (rows,) or, for multiclass, (rows, classes).
    Stops counting as soon as the share is above `ALLOWED` for certain.
    """
    random = np.random.default_rng(seed)
    if len(target) > MOST_ROWS:
        chosen = random.choice(len(target), MOST_ROWS, replace=False)
        target, answers = target[chosen], answers[chosen]
    observed = _goodness(problem, metric, target, answers)
    if not math.isfinite(observed):
        return 1.0
    as_good = 1
    for number in range(1, ORDERS + 1):
        as_good += _goodness(problem, metric, random.permutation(target), answers) >= observed
        if as_good / (ORDERS + 1) > ALLOWED:
            return as_good / (number + 1)
    return as_good / (ORDERS + 1)


def _goodness(problem: ProblemType, metric: str, target: NDArray[Any], answers: Numbers) -> float:
    """The metric, turned so that more is better; not a number where it cannot be computed."""
    value = measure(problem, target, answers).get(metric, math.nan)
    return value if direction(metric) == "higher" else -value
