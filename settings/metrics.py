"""Metrics of an evaluation: for which problems each is measured, and which way is better."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

Direction = Literal["higher", "lower"]


class ProblemType(StrEnum):
    """What a model predicts: a quantity, one of two classes, or one of several."""

    REGRESSION = "regression"
    BINARY = "binary"
    MULTICLASS = "multiclass"


_P = ProblemType


class Metric(StrEnum):
    """Names of metrics. `direction` says whether a higher or a lower value is better."""

    direction: Direction
    problem_types: tuple[ProblemType, ...]

    def __new__(cls, name: str, direction: Direction, *problem_types: ProblemType) -> Metric:
        """The metric of a row below. Its value is its name."""
        metric = str.__new__(cls, name)
        metric._value_ = name
        metric.direction, metric.problem_types = direction, problem_types
        return metric

    AUC = "auc", "higher", _P.BINARY
    LOGLOSS = "logloss", "lower", _P.BINARY, _P.MULTICLASS
    ACCURACY = "accuracy", "higher", _P.BINARY, _P.MULTICLASS
    F1 = "f1", "higher", _P.BINARY
    MACRO_F1 = "macro_f1", "higher", _P.MULTICLASS
    RMSE = "rmse", "lower", _P.REGRESSION
    MAE = "mae", "lower", _P.REGRESSION
    R2 = "r2", "higher", _P.REGRESSION

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The names as an enumeration, with what each metric is in the annotation `x-metrics`."""
        schema = handler(core)
        about = {
            metric.value: {"direction": metric.direction, "problemTypes": [str(each) for each in metric.problem_types]}
            for metric in cls
        }
        return {**schema, "x-metrics": about}


def threshold_fault(metric: Metric, threshold: float) -> str | None:
    """Why a threshold is of no use for a metric: no model reaches it, or every model does. None if it is of use."""
    if metric is Metric.R2:
        return "r2 is at most 1, higher is better: no model reaches this threshold" if threshold > 1 else None
    if metric.direction == "higher":
        useful = 0 < threshold <= 1
        rule = f"{metric} lies between 0 and 1, higher is better: a threshold is above 0, at most 1"
    else:
        useful = threshold > 0
        rule = f"{metric} is an error, lower is better, and never below 0: a threshold is above 0"
    return None if useful else rule
