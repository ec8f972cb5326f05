"""XGBoost models: from table to matrix, from matrix to answers. Used alike by training and evaluation."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb
from numpy.typing import NDArray

from container import JobError
from table_schema import ProblemType, TableSchema

MODEL_FILE = "model.ubj"
SCHEMA_FILE = "schema.json"
TRAINING_FILE = "training.json"
CELLS_PER_THREAD = 500_000


@dataclass(frozen=True)
class DataSplit:
    """Rows of one split: features of shape (rows, features) and target of shape (rows,), both float64."""

    features: NDArray[np.float64]
    target: NDArray[np.float64]


def read_split(path: Path, schema: TableSchema) -> DataSplit:
    """Read what prepare.py wrote; another header is an error."""
    columns = [schema.target, *schema.features]
    try:
        table = pd.read_csv(path, dtype="float64")
    except (OSError, ValueError) as error:
        raise JobError(f"{path}: cannot be read ({error}); prepare.py writes it") from None
    if list(table.columns) != columns:
        raise JobError(f"{path}: its columns are not the schema's; prepare the data again")
    values = table.to_numpy()
    return DataSplit(features=np.ascontiguousarray(values[:, 1:]), target=np.ascontiguousarray(values[:, 0]))


def matrix(features: NDArray[np.float64], target: NDArray[np.float64] | None = None) -> xgb.DMatrix:
    """XGBoost's matrix of 32-bit floats; NaN is missing. Columns go by position: names are the schema's."""
    return xgb.DMatrix(
        features.astype(np.float32), label=target, missing=np.nan, nthread=threads(features.size)
    )


def threads(cells: int) -> int:
    """Threads for a table of this many cells: as many as there are cores, but one for a small table.

    Threads lose more by waiting for each other than a small table gains; one is also the same everywhere.
    """
    return max(1, min(len(os.sched_getaffinity(0)), cells // CELLS_PER_THREAD))


def objective(problem: ProblemType, classes: int) -> dict[str, Any]:
    """XGBoost's objective for a problem, and the metric that stops training early (the last one)."""
    if problem == "regression":
        return {"objective": "reg:squarederror", "eval_metric": ["rmse"]}
    if problem == "binary":
        return {"objective": "binary:logistic", "eval_metric": ["auc", "logloss"]}
    return {"objective": "multi:softprob", "num_class": classes, "eval_metric": ["mlogloss"]}


def load_booster(path: Path) -> xgb.Booster:
    """Load an artifact."""
    try:
        return xgb.Booster(model_file=str(path))
    except xgb.core.XGBoostError as error:
        raise JobError(
            f"{path.name}: not an XGBoost model ({str(error).splitlines()[0]}); train again"
        ) from None


def predict(model: xgb.Booster, features: NDArray[np.float64]) -> NDArray[np.float32]:
    """The model's answers, exactly as `Booster.predict` gives them.

    Shape (rows,) for regression and for the probability of class 1, (rows, classes) for multiclass.
    """
    model.set_param({"nthread": threads(features.size)})
    answers: NDArray[np.float32] = model.predict(matrix(features))
    return answers
