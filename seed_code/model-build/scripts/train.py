"""Training job: gradient boosting with early stopping on the validation rows.

In:  input/data/{train,validation}/data.csv, input/data/schema/schema.json, input/config/hyperparameters.json
Out: model/model.ubj, model/schema.json, model/training.json (SageMaker packs the folder into model.tar.gz)
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from booster import MODEL_FILE, SCHEMA_FILE, TRAINING_FILE, matrix, objective, read_split, threads
from boosting import BoostingProgress, boost, resumable
from container import JobError, ml_root, read_json, run_job, script_hashes, sha256_of, write_json
from hyperparameters import parse_hyperparameters
from table_schema import TableSchema, load_schema

log = logging.getLogger("train")
LIBRARIES = ("numpy", "pandas", "scikit-learn", "xgboost-cpu")


def main() -> None:
    """Read, boost, write."""
    data = ml_root() / "input" / "data"
    schema = load_schema(data / "schema" / "schema.json")
    chosen = hyperparameters()
    files = {name: data / name / "data.csv" for name in ("train", "validation")}
    splits = {name: read_split(path, schema) for name, path in files.items()}
    parameters = {**chosen, **objective(schema.problem, len(schema.classes or []))}
    parameters["nthread"] = threads(splits["train"].features.size)
    rounds, patience = int(parameters.pop("num_round")), int(parameters.pop("early_stopping_rounds"))
    parameters["tree_method"] = "hist"
    model, progress = boost(
        parameters,
        matrix(splits["train"].features, splits["train"].target),
        matrix(splits["validation"].features, splits["validation"].target),
        rounds=rounds,
        patience=patience,
        checkpoints=checkpoint_folder(parameters, list(files.values())),
    )
    if progress.best_round < 0:
        raise JobError("the validation metric was never a number; check the target's values and eta")
    folder = ml_root() / "model"
    folder.mkdir(parents=True, exist_ok=True)
    model.save_model(folder / MODEL_FILE)
    shutil.copyfile(data / "schema" / "schema.json", folder / SCHEMA_FILE)
    write_json(folder / TRAINING_FILE, record(chosen, schema, progress))


def hyperparameters() -> dict[str, int | float]:
    path = ml_root() / "input" / "config" / "hyperparameters.json"
    return parse_hyperparameters(read_json(path) if path.exists() else {})


def checkpoint_folder(parameters: dict[str, Any], files: list[Path]) -> Path | None:
    """Where checkpoints go, or None if there are to be none.

    SageMaker copies `checkpoints` to and from S3, under one prefix for all runs. The folder's name is made of
    everything that decides the model, so that a run never continues from another run's checkpoint.
    """
    root = ml_root() / "checkpoints"
    if not root.is_dir():
        return None
    if not resumable(parameters):
        log.info("no checkpoints: with sampling of rows or columns a resumed run would give another model")
        return None
    decides = [parameters, [sha256_of(path) for path in files], script_hashes(), version("xgboost-cpu")]
    return root / hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def record(chosen: dict[str, int | float], schema: TableSchema, progress: BoostingProgress) -> dict[str, Any]:
    """How the model came about, for the manifest."""
    best = progress.history[progress.best_round]
    return {
        "hyperparameters": chosen,
        "best_round": progress.best_round,
        "rounds": progress.rounds,
        "metrics": {name: value for name, value in best.items() if math.isfinite(value)},
        "seed": chosen["seed"],
        "rows": schema.rows,
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "scripts": script_hashes(),
    }


if __name__ == "__main__":
    sys.exit(run_job(main))
