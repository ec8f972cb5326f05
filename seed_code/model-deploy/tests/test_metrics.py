"""Figures are those of scikit-learn 1.9.1 on the same numbers."""

import math

import pytest

from deploy.metrics import _COMPUTE, METRICS, Answer

BINARY = [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]
CHANCES: list[Answer] = [(0.1,), (0.4,), (0.35,), (0.8,), (0.4,), (0.5,)]
CLASSES = [0.0, 1.0, 2.0, 1.0]
SHARES: list[Answer] = [(0.7, 0.2, 0.1), (0.1, 0.8, 0.1), (0.3, 0.5, 0.2), (0.25, 0.5, 0.25)]
VALUES = [3.0, -0.5, 2.0, 7.0]
GUESSES: list[Answer] = [(2.5,), (0.0,), (2.0,), (8.0,)]


@pytest.mark.parametrize(
    ("name", "labels", "answers", "value"),
    [
        ("auc", BINARY, CHANCES, 0.6111111111111112),
        ("logloss", BINARY, CHANCES, 0.5830982879451342),
        ("accuracy", BINARY, CHANCES, 0.5),
        ("f1", BINARY, CHANCES, 0.4),
        ("logloss", CLASSES, SHARES, 0.720600897061747),
        ("accuracy", CLASSES, SHARES, 0.75),
        ("macro_f1", CLASSES, SHARES, 0.6),
        ("rmse", VALUES, GUESSES, 0.6123724356957945),
        ("mae", VALUES, GUESSES, 0.5),
        ("r2", VALUES, GUESSES, 0.9486081370449679),
    ],
)
def test_a_metric_is_scikit_learns(
    name: str, labels: list[float], answers: list[Answer], value: float
) -> None:
    assert METRICS[name].compute(labels, answers) == pytest.approx(value, rel=1e-12)


def test_every_metric_of_the_contract_is_computed_and_no_other() -> None:
    assert set(METRICS) == set(_COMPUTE)


def test_what_cannot_be_computed_is_no_number_and_passes_no_gate() -> None:
    for name, labels in (("auc", [1.0, 1.0]), ("r2", [2.0, 2.0])):
        value = METRICS[name].compute(labels, [(0.5,), (0.6,)])
        assert math.isnan(value)
        assert not METRICS[name].meets(value, 0.0)


def test_an_error_must_be_low_and_a_score_high() -> None:
    assert METRICS["rmse"].meets(1.0, 2.0)
    assert not METRICS["rmse"].meets(3.0, 2.0)
    assert METRICS["auc"].meets(0.9, 0.9)
    assert not METRICS["auc"].meets(0.89, 0.9)


def test_a_confident_mistake_is_dear_but_finite() -> None:
    assert METRICS["logloss"].compute([1.0], [(0.0,)]) == pytest.approx(34.538776394910684)
