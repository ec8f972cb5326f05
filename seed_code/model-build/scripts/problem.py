"""What kind of problem a target poses, and its values as numbers. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from container import JobError
from table_schema import PROBLEMS, Label, ProblemType

LEAST_ROWS = 50
# Each class needs a row in train, validation and test.
LEAST_PER_CLASS = 3
# More distinct whole numbers than this are a quantity rather than classes.
MOST_INTEGER_CLASSES = 20
MOST_CLASSES = 100


def find_problem(labels: pd.Series[Any]) -> tuple[ProblemType, str]:
    """The problem that target values (text, none missing) pose, and why."""
    values = pd.to_numeric(labels, errors="coerce")
    if values.isna().any():
        count = labels.nunique()
        return ("binary" if count <= 2 else "multiclass"), f"the target is text with {count} distinct values"
    distinct = np.unique(values.to_numpy(dtype=np.float64))
    whole_numbers = bool(np.all(distinct == np.round(distinct)))
    if whole_numbers and len(distinct) <= MOST_INTEGER_CLASSES and len(distinct) < len(values):
        kind: ProblemType = "binary" if len(distinct) <= 2 else "multiclass"
        return kind, f"the target has {len(distinct)} distinct whole numbers, which repeat"
    return "regression", f"the target is numeric with {len(distinct)} distinct values"


def encode_target(
    labels: pd.Series[Any], target: str, problem: ProblemType
) -> tuple[NDArray[np.float64], list[Label] | None]:
    """Target values as float64, shape (rows,), and the label of each class (None for regression).

    Classes are 0 to n-1 in the order of their labels: numeric when all are numbers, else alphabetic.
    Raises JobError with all that makes the target useless for `problem`.
    """
    values = pd.to_numeric(labels, errors="coerce").astype("float64")
    if problem == "regression":
        return _quantity(labels, values, target), None
    if values.isna().any():
        names: list[Label] = sorted(labels.unique())
        codes = pd.Categorical(labels, categories=names).codes
    else:
        distinct = np.unique(values.to_numpy())
        names = [int(value) if value == round(value) else repr(float(value)) for value in distinct]
        codes = np.searchsorted(distinct, values.to_numpy())
    counts = np.bincount(codes, minlength=len(names))
    if faults := class_faults(target, names, counts.tolist(), problem):
        raise JobError(faults)
    return np.asarray(codes, dtype=np.float64), names


def _quantity(labels: pd.Series[Any], values: pd.Series[Any], target: str) -> NDArray[np.float64]:
    where = f"target {target!r}"
    text = np.flatnonzero(values.isna().to_numpy())
    if len(text):
        rows = ", ".join(str(row + 1) for row in text[:5])
        raise JobError(
            f"{where} has text in {len(text)} row{'s' * (len(text) > 1)} ({rows}); regression needs numbers: "
            "correct them, or say --problem binary or multiclass"
        )
    if not np.isfinite(values.to_numpy()).all():
        raise JobError(
            f"{where} has values that are not finite; regression needs finite numbers: correct them"
        )
    if values.nunique() == 1:
        raise JobError(
            f"{where} is constant ({labels.iloc[0]}); there is nothing to learn: choose another target"
        )
    return np.asarray(values, dtype=np.float64)


def class_faults(target: str, names: list[Label], counts: list[int], problem: ProblemType) -> list[str]:
    """Why these classes cannot be learned."""
    where = f"target {target!r}"
    if len(names) == 1:
        return [
            f"{where} has one class only ({names[0]!r}); at least two are needed: add rows of another class"
        ]
    if problem == "binary" and len(names) > 2:
        return [f"{where} has {len(names)} classes; binary allows two: say --problem multiclass"]
    if len(names) > MOST_CLASSES:
        return [f"{where} has {len(names)} classes, at most {MOST_CLASSES} are allowed; is it an identifier?"]
    rare = [
        f"{name!r} ({count})" for name, count in zip(names, counts, strict=True) if count < LEAST_PER_CLASS
    ]
    if rare:
        least = f"each needs at least {LEAST_PER_CLASS} to be in train, validation and test"
        return [
            f"{where} has classes with too few rows: {', '.join(rare[:5])}; {least}: add rows or merge them"
        ]
    return []


def choose_problem(labels: pd.Series[Any], requested: str) -> tuple[ProblemType, str]:
    """The problem that the user said, or the one that the target shows."""
    if requested == "auto":
        return find_problem(labels)
    for problem in PROBLEMS:
        if problem == requested:
            return problem, "as said by --problem"
    raise JobError(f"--problem is {requested!r}; allowed: auto, {', '.join(PROBLEMS)}")


def check_rows(count: int) -> None:
    """Refuse data that is too small to be split and judged."""
    if count < LEAST_ROWS:
        raise JobError(f"the data has {count} rows; at least {LEAST_ROWS} are needed: add rows")
