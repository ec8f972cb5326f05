"""The model folder: `model.ubj` (XGBoost's UBJSON) and `schema.json`, checked against each other."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xgboost

from model_server.errors import ModelError

Floats = npt.NDArray[np.float32]


class ProblemType(StrEnum):
    """What the model answers."""

    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"


@dataclass(frozen=True)
class ModelSchema:
    """Inputs and answer of a model: ordered feature names, kind of problem, class labels."""

    features: tuple[str, ...]
    problem: ProblemType
    classes: tuple[str, ...] | None


class XGBoostModel:
    """A booster and its schema. One thread per process: parallel requests are served by several processes."""

    def __init__(self, booster: xgboost.Booster, schema: ModelSchema) -> None:
        booster.set_param({"nthread": 1})
        self.schema = schema
        self._booster = booster
        self._probe = np.zeros((1, len(schema.features)), dtype=np.float32)

    def predict(self, rows: Floats) -> Floats:
        """Predictions for `rows` (n, features): (n,) values or probabilities of class 1, or (n, classes)."""
        # Names and order are this server's business (see `load`); checking them again costs as much as predicting.
        answer: Floats = self._booster.inplace_predict(rows, missing=np.nan, validate_features=False)
        return answer

    def health_error(self) -> str | None:
        """Why the model's answer to a row of zeros cannot be served; None if it can."""
        try:
            answer = self.predict(self._probe)
        except (xgboost.core.XGBoostError, ValueError) as error:
            return f"the model does not answer: {type(error).__name__}"
        return prediction_error(answer, self.schema)


def prediction_error(answer: Floats, schema: ModelSchema) -> str | None:
    """Why `answer` to one row does not fit `schema`; None if it does."""
    expected = (1,) if schema.problem is not ProblemType.MULTICLASS else (1, len(schema.classes or ()))
    if answer.shape != expected:
        return f"the answer has shape {answer.shape}, but a {schema.problem} model answers {expected}"
    if not np.isfinite(answer).all():
        return "the answer is not a finite number"
    if schema.problem is not ProblemType.REGRESSION and not ((answer >= 0) & (answer <= 1)).all():
        return f"the answer of a {schema.problem} model is not a probability"
    return None


def load(folder: Path) -> XGBoostModel:
    """The model in `folder`; a `ModelError` says in one line what is missing or does not fit."""
    schema = read_schema(folder / "schema.json")
    path = folder / "model.ubj"
    content = _read(path)
    if _crashes(content):
        raise ModelError(f"{path} is not an XGBoost model in UBJSON: XGBoost crashes on it")
    try:
        booster = _booster(content)
    except (xgboost.core.XGBoostError, ValueError, TypeError) as error:
        raise ModelError(f"{path} is not an XGBoost model in UBJSON: {_first_line(error)}") from None
    if booster.num_features() != len(schema.features):
        raise ModelError(f"{path} has {booster.num_features()} features, schema.json has {len(schema.features)}")
    if booster.feature_names is not None and tuple(booster.feature_names) != schema.features:
        raise ModelError(f"{path} has other feature names, or another order, than schema.json")
    return XGBoostModel(booster, schema)


def _booster(content: bytes) -> xgboost.Booster:
    xgboost.set_config(verbosity=0)  # its messages would go to standard output, between the lines of the log
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(content))
    return booster


def _crashes(content: bytes) -> bool:
    """Whether loading or predicting ends the process: XGBoost 3.2 does so on an empty buffer and some spoilt ones.

    Tried in a fork, so that the server can say what is wrong.
    """
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            booster = _booster(content)
            zeros = np.zeros((1, booster.num_features()), dtype=np.float32)
            booster.inplace_predict(zeros, validate_features=False)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def read_schema(path: Path) -> ModelSchema:
    """The schema in the JSON file `path`."""
    try:
        document = json.loads(_read(path))
    except (ValueError, RecursionError):
        raise ModelError(f"{path} is not JSON") from None
    if not isinstance(document, dict):
        raise ModelError(f"{path} is not a JSON object")
    features = _names(document.get("features"))
    if not features:
        raise ModelError(f"{path}: `features` is not a list of different, non-empty names")
    if document.get("problem") not in list(ProblemType):
        raise ModelError(f"{path}: `problem` is none of {', '.join(ProblemType)}")
    problem = ProblemType(document["problem"])
    classes = None if document.get("classes") is None else _names(document["classes"])
    if problem is ProblemType.MULTICLASS and not classes:
        raise ModelError(f"{path}: a multiclass model needs `classes`, a list of different labels")
    return ModelSchema(features, problem, classes)


def _names(value: Any) -> tuple[str, ...] | None:
    """`value` as different, non-empty texts; class labels may be numbers. None if it is anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str | int | float) for item in value):
        return None
    names = tuple(str(item) for item in value)
    return names if names and all(names) and len(set(names)) == len(names) else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from None


def _first_line(error: Exception) -> str:
    """The reason in an XGBoost error, without its C++ location and stack."""
    line = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return line.rsplit(": ", 1)[-1][:200]
