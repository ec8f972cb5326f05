"""A data science account with a VPC, a bucket, a key and roles, in a fresh in-memory AWS."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.aws.processes import MODEL_IMAGE, container_python
from tests.rehearsal.accounts import (
    DataScienceAccount,
    data_science_account,
)

_TRAIN = """
import json, pathlib, sys
import numpy, xgboost
folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(0)
rows = random.normal(size=(200, 2)).astype("float32")
for name, target in (("first", rows[:, 0] + rows[:, 1]), ("second", rows[:, 0] * rows[:, 1])):
    data = xgboost.DMatrix(rows, label=(target > 0).astype(int), feature_names=["a", "b"])
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 3, "seed": 0}, data, 5)
    (folder / name).mkdir()
    booster.save_model(folder / name / "model.ubj")
    schema = {"features": ["a", "b"], "target": "y", "problem": "binary", "classes": [0, 1]}
    (folder / name / "schema.json").write_text(json.dumps(schema))
    expected = booster.predict(xgboost.DMatrix(rows[:20], feature_names=["a", "b"]))
    (folder / name / "expected.json").write_text(json.dumps([float(value) for value in expected]))
    (folder / name / "rows.json").write_text(json.dumps(rows[:20].tolist()))
"""


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small XGBoost models, `first` and `second`, trained in the model image's environment."""
    if not container_python().exists():
        subprocess.run([str(shutil.which("uv")), "sync", "--project", str(MODEL_IMAGE), "--frozen"], check=True)
    folder = tmp_path_factory.mktemp("models")
    subprocess.run([str(container_python()), "-c", _TRAIN, str(folder)], check=True)
    return folder


@pytest.fixture
def data_science(tmp_path: Path) -> Iterator[DataScienceAccount]:
    """A fresh account; its SageMaker runs."""
    with data_science_account(tmp_path) as account:
        yield account
