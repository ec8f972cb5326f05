"""Small trained models of each kind, and what a fresh process that knows only xgboost says about their inputs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xgboost
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

Doubles = npt.NDArray[np.float64]

DATASETS = {"regression": load_diabetes, "binary": load_breast_cancer, "multiclass": load_iris}
OBJECTIVES = {"regression": "reg:squarederror", "binary": "binary:logistic", "multiclass": "multi:softprob"}

REFERENCE = """
import sys, numpy, xgboost
booster = xgboost.Booster(model_file=sys.argv[1])
rows = numpy.load(sys.argv[2])
numpy.save(sys.argv[3], booster.inplace_predict(rows, validate_features=False))
numpy.save(sys.argv[4], booster.predict(xgboost.DMatrix(rows), validate_features=False))
"""


def train(root: Path, problem: str) -> Path:
    """Train a model, write it as `root/model/…`, return `root`."""
    data = DATASETS[problem]()
    names = [str(name) for name in data.feature_names]
    classes = None if problem == "regression" else [str(name) for name in data.target_names]
    options = {"objective": OBJECTIVES[problem], "max_depth": 4, "nthread": 1, "seed": 7}
    if problem == "multiclass":
        options["num_class"] = 3
    matrix = xgboost.DMatrix(data.data, data.target)
    folder = root / "model"
    folder.mkdir(parents=True)
    xgboost.train(options, matrix, num_boost_round=30).save_model(folder / "model.ubj")
    write_schema(folder, features=names, target="target", problem=problem, classes=classes)
    return root


def write_schema(folder: Path, **schema: object) -> None:
    """Write `schema.json`."""
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")


def features(root: Path) -> list[str]:
    """The model's features, in order."""
    names: list[str] = json.loads((root / "model/schema.json").read_text(encoding="utf-8"))["features"]
    return names


def sample(problem: str, rows: int = 1000) -> Doubles:
    """Rows around the training data, with full-precision numbers and one missing value in twenty."""
    data = DATASETS[problem]().data
    random = np.random.default_rng(11)
    picked = data[random.integers(0, len(data), rows)] * random.normal(1, 0.1, (rows, data.shape[1]))
    picked[random.random(picked.shape) < 0.05] = np.nan
    return np.asarray(picked, dtype=np.float64)


def reference(root: Path, rows: Doubles, folder: Path) -> tuple[Doubles, Doubles]:
    """What `inplace_predict` and `predict` give in a process that imports xgboost and numpy only."""
    paths = [root / "model/model.ubj", *(folder / f"{name}.npy" for name in ("rows", "inplace", "matrix"))]
    np.save(paths[1], rows)
    subprocess.run([sys.executable, "-c", REFERENCE, *map(str, paths)], check=True, cwd=folder)
    return np.load(paths[2]), np.load(paths[3])


def csv_body(rows: Doubles) -> bytes:
    """Rows as CSV, missing values as empty cells."""
    lines = (",".join("" if np.isnan(value) else repr(float(value)) for value in row) for row in rows)
    return ("\n".join(lines) + "\n").encode()


def json_rows(rows: Doubles) -> list[list[float | None]]:
    """Rows as lists, missing values as None."""
    return [[None if np.isnan(value) else float(value) for value in row] for row in rows]
