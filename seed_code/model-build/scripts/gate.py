"""Whether a model may be registered, and why not. Pure; what is missing or not a number closes the gate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chance import ALLOWED
from metrics import direction

# Stands for "no usable number" where a condition step needs a number to compare: worse than every model.
WORST = 1e30


@dataclass(frozen=True)
class GateDecision:
    """`passed` is 1 or 0. `value` and `production_margin` are finite, so that a condition can compare them.

    production_margin: by how much the model is better than the one in production on the same rows (negative:
    worse), 0 if there is nothing to compare with.
    """

    passed: int
    reasons: list[str]
    value: float
    production_margin: float


def decide(
    metric: str,
    measured: dict[str, float],
    threshold: float,
    naive: dict[str, float],
    *,
    production: dict[str, float] | None,
    chance: float,
) -> GateDecision:
    """Compare the named metric with the threshold, the naive answer, chance and the model in production.

    production: metrics of the model in production on the same rows, None if there is none to compare with.
    chance: share of the labels' orders that measure at least as well (`chance.chance_of`).
    """
    if metric not in measured:
        reason = f"metric {metric!r} is not measured for this problem; measured: {', '.join(measured)}"
        return _closed([reason], metric)
    value = measured[metric]
    if not math.isfinite(value):
        return _closed([f"{metric} is not a number"], metric)
    reasons = []
    if not math.isfinite(threshold):
        reasons.append(f"the threshold of {metric} is not a number")
    elif better_by(metric, value, threshold) < 0:
        sign = "below" if direction(metric) == "higher" else "above"
        reasons.append(f"{metric} {value:.6g} is {sign} the threshold {threshold:.6g}")
    naive_value = naive.get(metric, math.nan)
    if not better_by(metric, value, naive_value) > 0:
        reasons.append(f"{metric} {value:.6g} is no better than the naive answer's {naive_value:.6g}")
    if not chance <= ALLOWED:
        reasons.append(
            f"{metric} {value:.6g} is what chance reaches with {chance:.2g} of the orders of the held-out "
            f"labels; allowed: {ALLOWED:g}; hold out more rows, or find features that tell more"
        )
    margin, worse = (
        (0.0, []) if production is None else _compared(metric, value, production.get(metric, math.nan))
    )
    reasons += worse
    return GateDecision(int(not reasons), reasons, value, margin)


def _compared(metric: str, value: float, production_value: float) -> tuple[float, list[str]]:
    """The margin over production, and the reasons against the model."""
    if not math.isfinite(production_value):
        return -WORST, [f"{metric} of the model in production is not a number"]
    margin = better_by(metric, value, production_value)
    if margin < 0:
        return margin, [f"{metric} {value:.6g} is worse than production's {production_value:.6g}"]
    return margin, []


def better_by(metric: str, value: float, other: float) -> float:
    """How much better `value` is than `other`, in the metric's own unit."""
    return value - other if direction(metric) == "higher" else other - value


def _closed(reasons: list[str], metric: str) -> GateDecision:
    return GateDecision(0, reasons, -WORST if direction(metric) == "higher" else WORST, -WORST)
