"""The boosting loop: early stopping, metric lines, and checkpoints for spot instances that are reclaimed."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import xgboost as xgb

from booster import load_booster
from container import read_json, write_json

log = logging.getLogger("train")
CHECKPOINT_EVERY = 25


@dataclass
class BoostingProgress:
    """How far boosting has come. `best_round` is the round, from 0, with the best validation metric."""

    rounds: int = 0
    best_round: int = -1
    best_value: float = float("inf")
    history: list[dict[str, float]] = field(default_factory=list)


def boost(
    parameters: dict[str, Any],
    train: xgb.DMatrix,
    validation: xgb.DMatrix,
    *,
    rounds: int,
    patience: int,
    checkpoints: Path | None = None,
) -> tuple[xgb.Booster, BoostingProgress]:
    """Boost until the validation metric has not improved for `patience` rounds; returns the best rounds only.

    The last evaluation metric decides; it must be one that shrinks as the model gets better.
    """
    model = xgb.Booster(parameters, [train, validation])
    progress = resume(model, checkpoints) if checkpoints else BoostingProgress()
    while progress.rounds < rounds and progress.rounds - progress.best_round <= patience:
        model.update(train, progress.rounds)
        note(progress, model.eval_set([(train, "train"), (validation, "validation")], progress.rounds))
        if checkpoints and progress.rounds % CHECKPOINT_EVERY == 0:
            save(model, progress, checkpoints)
    log.info("best round: %d of %d", progress.best_round, progress.rounds)
    return model[: progress.best_round + 1], progress


def resumable(parameters: dict[str, Any]) -> bool:
    """Whether training that is interrupted and resumed gives the very same model.

    XGBoost does not store its sampler's state with a model (measured with 3.2.0: the answers differ), so a
    run that samples rows or columns starts again rather than become another model.
    """
    return all(parameters.get(name, 1) == 1 for name in ("subsample", "colsample_bytree"))


def note(progress: BoostingProgress, line: str) -> None:
    """Take in one round's metrics and print them as `train-logloss=0.1 validation-logloss=0.2`."""
    metrics = {name: float(value) for name, value in (part.split(":") for part in line.split("\t")[1:])}
    print(
        f"[{progress.rounds}] " + " ".join(f"{name}={value:.6g}" for name, value in metrics.items()),
        flush=True,
    )
    value = list(metrics.values())[-1]
    if value < progress.best_value:
        progress.best_value, progress.best_round = value, progress.rounds
    progress.history.append(metrics)
    progress.rounds += 1


def resume(model: xgb.Booster, folder: Path) -> BoostingProgress:
    """Continue from the newest whole checkpoint, if there is one; `model` becomes the checkpoint's."""
    states = sorted(folder.glob("round-*.json"))
    if not states:
        return BoostingProgress()
    stored = states[-1].with_suffix(".ubj")
    load_booster(stored)  # says which file is broken
    model.load_model(stored)
    progress = BoostingProgress(**read_json(states[-1]))
    log.info("continuing after round %d, from a checkpoint", progress.rounds - 1)
    return progress


def save(model: xgb.Booster, progress: BoostingProgress, folder: Path) -> None:
    """Write a checkpoint: first the model, then the state, so that a state is never without its model."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"round-{progress.rounds:06d}"
    model.save_model(folder / "next.ubj")
    (folder / "next.ubj").replace(folder / f"{name}.ubj")
    write_json(folder / "next.part", asdict(progress))
    (folder / "next.part").replace(folder / f"{name}.json")
    for old in folder.glob("round-*"):
        if old.stem != name:
            old.unlink()
