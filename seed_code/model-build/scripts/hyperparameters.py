"""Hyperparameters: from SageMaker's strings to numbers, with all mistakes at once. Pure."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from container import JobError


@dataclass(frozen=True)
class HyperparameterRange:
    """An allowed interval, and the value if none is given."""

    default: float
    least: float
    most: float
    whole: bool = False

    def __str__(self) -> str:
        return f"a {'whole ' * self.whole}number from {self.least:.10g} to {self.most:.10g}"


# Bounds are XGBoost's own where it has any (doc/parameter.rst), else what suits a table on one machine.
HYPERPARAMETERS: dict[str, HyperparameterRange] = {
    "num_round": HyperparameterRange(300, 1, 10_000, whole=True),
    "early_stopping_rounds": HyperparameterRange(20, 1, 10_000, whole=True),
    "max_depth": HyperparameterRange(4, 1, 32, whole=True),
    "eta": HyperparameterRange(0.1, 1e-4, 1),
    "min_child_weight": HyperparameterRange(1, 0, 1e6),
    "gamma": HyperparameterRange(0, 0, 1e6),
    "lambda": HyperparameterRange(1, 0, 1e6),
    "alpha": HyperparameterRange(0, 0, 1e6),
    "subsample": HyperparameterRange(1, 0.01, 1),
    "colsample_bytree": HyperparameterRange(1, 0.01, 1),
    "seed": HyperparameterRange(0, 0, 2**31 - 1, whole=True),
}
# SageMaker adds keys of its own to hyperparameters.json.
RESERVED_PREFIXES = ("sagemaker_", "_tuning_")


def parse_hyperparameters(given: dict[str, Any]) -> dict[str, int | float]:
    """Numbers for every hyperparameter, defaults included. Raises JobError listing every mistake."""
    chosen: dict[str, int | float] = {
        name: int(range_.default) if range_.whole else range_.default
        for name, range_ in HYPERPARAMETERS.items()
    }
    problems = []
    for name, text in given.items():
        if name.startswith(RESERVED_PREFIXES):
            continue
        if name not in HYPERPARAMETERS:
            nearest = difflib.get_close_matches(name, HYPERPARAMETERS, 1)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"allowed: {', '.join(HYPERPARAMETERS)}"
            problems.append(f"hyperparameter {name!r} is unknown; {hint}")
            continue
        value = number(str(text), HYPERPARAMETERS[name])
        if value is None:
            problems.append(f"hyperparameter {name!r} is {text!r}; allowed: {HYPERPARAMETERS[name]}")
        else:
            chosen[name] = value
    if problems:
        raise JobError(problems)
    return chosen


def number(text: str, allowed: HyperparameterRange) -> int | float | None:
    """The number that `text` is, or None if it is outside what is allowed (NaN always is)."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not allowed.least <= value <= allowed.most or (allowed.whole and value != int(value)):
        return None
    return int(value) if allowed.whole else value
