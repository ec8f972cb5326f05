"""Training: determinism, early stopping, checkpoints, hyperparameters."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xgboost as xgb

import boosting
from boosting import boost
from conftest import LocalJobs, table
from container import JobError
from hyperparameters import HYPERPARAMETERS, parse_hyperparameters


def model_bytes(jobs: LocalJobs) -> bytes:
    return (jobs.root / "train" / "model" / "model.ubj").read_bytes()


@pytest.mark.parametrize("sampling", [{}, {"subsample": "0.7", "colsample_bytree": "0.6"}])
def test_the_same_seed_gives_the_same_model(screening: LocalJobs, sampling: dict[str, str]) -> None:
    assert screening.train(**sampling) == 0
    first = model_bytes(screening)
    assert screening.train(**sampling) == 0
    assert model_bytes(screening) == first


def test_another_seed_gives_another_model_when_rows_are_sampled(screening: LocalJobs) -> None:
    assert screening.train(subsample="0.7") == 0
    first = model_bytes(screening)
    assert screening.train(subsample="0.7", seed="9") == 0
    assert model_bytes(screening) != first


def test_the_artifact_holds_the_best_rounds_only(screening: LocalJobs) -> None:
    assert screening.train(num_round="400", eta="0.5", early_stopping_rounds="5") == 0
    record = json.loads((screening.root / "train" / "model" / "training.json").read_text())
    model = xgb.Booster(model_file=str(screening.root / "train" / "model" / "model.ubj"))
    assert model.num_boosted_rounds() == record["best_round"] + 1
    assert record["rounds"] < 400
    assert record["rounds"] == record["best_round"] + 6


def test_metric_lines_can_be_read_by_a_metric_definition(
    screening: LocalJobs, capsys: pytest.CaptureFixture[str]
) -> None:
    assert screening.train(num_round="3") == 0
    found = re.findall(
        r"\bvalidation-logloss=([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)", capsys.readouterr().out
    )
    assert len(found) == 3
    assert all(0 < float(value) < 1 for value in found)


def watch_rounds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rounds that are boosted from now on."""
    rounds: list[int] = []
    update = xgb.Booster.update

    def watched(self: xgb.Booster, data: xgb.DMatrix, number: int) -> None:
        rounds.append(number)
        update(self, data, number)

    monkeypatch.setattr(xgb.Booster, "update", watched)
    return rounds


class InterruptedBySpotError(Exception):
    """What a reclaimed spot instance does to a process."""


def test_interrupted_training_gives_the_model_of_uninterrupted_training(
    screening: LocalJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert screening.train() == 0
    whole = model_bytes(screening)
    checkpoints = screening.root / "train" / "checkpoints"
    checkpoints.mkdir()
    save = boosting.save

    def save_then_die(*arguments: object) -> None:
        save(*arguments)  # type: ignore[arg-type]
        raise InterruptedBySpotError

    monkeypatch.setattr(boosting, "save", save_then_die)
    (screening.root / "train" / "model" / "model.ubj").unlink()
    assert screening.train() == 1
    assert "InterruptedBySpotError" in screening.failure("train")
    assert len(list(checkpoints.rglob("round-*.ubj"))) == 1
    monkeypatch.setattr(boosting, "save", save)
    updates = watch_rounds(monkeypatch)
    assert screening.train() == 0
    assert updates[0] == boosting.CHECKPOINT_EVERY
    assert model_bytes(screening) == whole


def test_a_checkpoint_of_other_data_is_not_continued(
    jobs: LocalJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    (jobs.root / "train" / "checkpoints").mkdir(parents=True)
    started = watch_rounds(monkeypatch)
    for name in ("screening", "iris"):
        jobs.write_frame(table(name))
        assert jobs.prepare() == 0
        started.clear()
        assert jobs.train() == 0
        assert started[0] == 0
    assert len(list((jobs.root / "train" / "checkpoints").iterdir())) == 2


def test_hyperparameters_are_refused_all_at_once_with_what_is_allowed() -> None:
    with pytest.raises(JobError) as refused:
        parse_hyperparameters({"max_dept": "3", "eta": "2", "num_round": "1.5", "gamma": "nan", "seed": "x"})
    assert refused.value.problems == [
        "hyperparameter 'max_dept' is unknown; did you mean 'max_depth'?",
        "hyperparameter 'eta' is '2'; allowed: a number from 0.0001 to 1",
        "hyperparameter 'num_round' is '1.5'; allowed: a whole number from 1 to 10000",
        "hyperparameter 'gamma' is 'nan'; allowed: a number from 0 to 1000000",
        "hyperparameter 'seed' is 'x'; allowed: a whole number from 0 to 2147483647",
    ]


def test_hyperparameters_have_defaults_and_sagemakers_own_are_passed_over() -> None:
    assert set(parse_hyperparameters({"sagemaker_program": "x"})) == set(HYPERPARAMETERS)


def test_a_missing_channel_is_said(screening: LocalJobs) -> None:
    assert screening.train() == 0
    (screening.root / "train" / "input" / "data" / "schema" / "schema.json").unlink()
    monkey = screening.root / "prepare" / "processing" / "output" / "schema" / "schema.json"
    monkey.rename(monkey.with_suffix(".moved"))
    assert screening.train() == 1
    assert "schema.json: no such file; it is an output of the step before this one" in screening.failure(
        "train"
    )


def test_training_fails_when_the_metric_never_is_a_number(tmp_path: Path) -> None:
    features = np.random.default_rng(0).random((50, 2))
    matrix = xgb.DMatrix(features, label=np.zeros(50))
    broken = xgb.DMatrix(features, label=np.full(50, 1e38))
    _, progress = boost(
        {"objective": "reg:squarederror", "eval_metric": ["rmse"]}, matrix, broken, rounds=3, patience=5,
        checkpoints=tmp_path / "none",
    )  # fmt: skip
    assert progress.best_round == -1
