"""Named metrics of a model's answers, and of the naive answer to compare them with. Pure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from table_schema import PROBLEMS, ProblemType, TableSchema

# The contract with the platform stands beside the scripts, here and in a job.
_METRIC = json.loads(Path(__file__).with_name("project-contract.schema.json").read_text())["$defs"]["Metric"]
METRICS: dict[ProblemType, tuple[str, ...]] = {
    problem: tuple(name for name in _METRIC["enum"] if problem in _METRIC["x-metrics"][name]["problemTypes"])
    for problem in PROBLEMS
}
HIGHER_IS_BETTER = frozenset(
    name for name, about in _METRIC["x-metrics"].items() if about["direction"] == "higher"
)
# Probabilities are kept this far from 0 and 1, so that one confident mistake is not infinite.
PROBABILITY_FLOOR = 1e-15

Numbers = NDArray[np.floating[Any]]


def direction(metric: str) -> str:
    """`higher` or `lower`: which is better."""
    return "higher" if metric in HIGHER_IS_BETTER else "lower"


def measure(problem: ProblemType, target: Numbers, answers: Numbers) -> dict[str, float]:
    """Metrics of `answers` against `target`; a metric that cannot be computed is NaN.

    target: shape (rows,), class numbers or quantities.
    answers: shape (rows,), values or probabilities of class 1; for multiclass probabilities (rows, classes).
    """
    answers = answers.astype(np.float64)
    if not (len(target) and np.isfinite(answers).all()):
        return dict.fromkeys(METRICS[problem], float("nan"))
    if problem == "regression":
        return _regression(target, answers)
    if problem == "binary":
        return _binary(target.astype(np.int64), answers)
    return _multiclass(target.astype(np.int64), answers)


def _regression(target: Numbers, answers: Numbers) -> dict[str, float]:
    error = answers - target
    spread = float(np.sum((target - target.mean()) ** 2))
    return {
        "rmse": float(np.sqrt(np.mean(error**2))),
        "mae": float(np.mean(np.abs(error))),
        "r2": 1 - float(np.sum(error**2)) / spread if spread else float("nan"),
    }


def _binary(target: NDArray[np.int64], answers: Numbers) -> dict[str, float]:
    chosen = (answers >= 0.5).astype(np.int64)
    both = len(np.unique(target)) == 2
    return {
        "auc": float(roc_auc_score(target, answers)) if both else float("nan"),
        "logloss": _logloss(np.where(target == 1, answers, 1 - answers)),
        "accuracy": float(np.mean(chosen == target)),
        "f1": float(f1_score(target, chosen, zero_division=0)),
    }


def _multiclass(target: NDArray[np.int64], answers: Numbers) -> dict[str, float]:
    chosen = answers.argmax(axis=1)
    return {
        "logloss": _logloss(answers[np.arange(len(target)), target]),
        "accuracy": float(np.mean(chosen == target)),
        "macro_f1": float(f1_score(target, chosen, average="macro", zero_division=0)),
    }


def _logloss(of_truth: Numbers) -> float:
    """Mean negative logarithm of the probabilities that were given to the true classes."""
    return float(-np.mean(np.log(np.clip(of_truth, PROBABILITY_FLOOR, 1))))


def naive_answers(schema: TableSchema, rows: int) -> Numbers:
    """What one would answer without features: the training rows' mean, or their class frequencies."""
    if schema.problem == "regression":
        return np.full(rows, np.nan if schema.train_mean is None else schema.train_mean)
    counts = np.asarray(schema.train_class_counts or (), dtype=np.float64)
    shares = counts / counts.sum()
    return np.full(rows, shares[1]) if schema.problem == "binary" else np.tile(shares, (rows, 1))
