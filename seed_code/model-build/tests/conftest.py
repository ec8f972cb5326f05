"""The layout of `/opt/ml` in a folder of its own, and the jobs run in it as SageMaker would."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

import evaluate
import prepare
import train
from container import run_job

LOADERS = {"screening": load_breast_cancer, "diabetes": load_diabetes, "iris": load_iris}
FAST = {"num_round": "60", "early_stopping_rounds": "10", "max_depth": "3", "eta": "0.2"}


class LocalJobs:
    """One project's jobs, below a folder of their own."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.monkeypatch = monkeypatch
        self.data = root / "data"
        self.data.mkdir(parents=True)

    def job(self, name: str, main: Callable[[], None]) -> int:
        """Run a job in its own layout."""
        self.monkeypatch.setenv("ML_ROOT", str(self.root / name))
        return run_job(main)

    def put(self, source: Path, job: str, target: str) -> None:
        """Give a job an input."""
        shutil.copytree(source, self.root / job / target, dirs_exist_ok=True)

    def prepare(self, target: str = "target", *extra: str, seed: int = 0) -> int:
        self.put(self.data, "prepare", "processing/input/data")
        arguments = [f"--target={target}", f"--seed={seed}", *extra]
        return self.job("prepare", lambda: prepare.main(arguments))

    def train(self, **hyperparameters: str) -> int:
        for name in ("train", "validation", "schema"):
            self.put(self.output("prepare") / name, "train", f"input/data/{name}")
        config = self.root / "train" / "input" / "config"
        config.mkdir(parents=True, exist_ok=True)
        (config / "hyperparameters.json").write_text(json.dumps({**FAST, **hyperparameters}))
        return self.job("train", train.main)

    def evaluate(self, metric: str = "auc", threshold: float = 0.9) -> int:
        for name in ("test", "schema"):
            self.put(self.output("prepare") / name, "evaluate", f"processing/input/{name}")
        self.pack(self.root / "evaluate" / "processing" / "input" / "model" / "model.tar.gz")
        return self.job(
            "evaluate", lambda: evaluate.main(["--metric", metric, "--threshold", str(threshold)])
        )

    def pack(self, archive: Path) -> Path:
        """What SageMaker makes of the model folder."""
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(self.root / "train" / "model", arcname=".")
        return archive

    def output(self, job: str) -> Path:
        return self.root / job / "processing" / "output"

    def failure(self, job: str) -> str:
        """What SageMaker would show as the reason."""
        return (self.root / job / "output" / "failure").read_text()

    def message(self, job: str) -> str:
        return (self.root / job / "output" / "message").read_text()

    def evaluation(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            (self.output("evaluate") / "evaluation" / "evaluation.json").read_text()
        )
        return found

    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.output("prepare") / "schema" / "schema.json").read_text())
        return found

    def split(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.output("prepare") / name / "data.csv")

    def write(self, text: str | bytes, name: str = "data.csv") -> None:
        (self.data / name).write_bytes(text.encode() if isinstance(text, str) else text)

    def write_frame(self, frame: pd.DataFrame, name: str = "data.csv") -> None:
        frame.to_csv(self.data / name, index=False)


def table(name: str) -> pd.DataFrame:
    """One of scikit-learn's tables, with the column `target`."""
    frame: pd.DataFrame = LOADERS[name](as_frame=True).frame
    return frame


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests also run in a build, which has an account: none of theirs may reach it."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "MLOPS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalJobs:
    for name in ("DATA_URI", "MODEL_PACKAGE_GROUP"):
        monkeypatch.delenv(name, raising=False)
    return LocalJobs(tmp_path, monkeypatch)


@pytest.fixture
def screening(jobs: LocalJobs) -> LocalJobs:
    """The breast cancer table, prepared."""
    jobs.write_frame(table("screening"))
    assert jobs.prepare() == 0
    return jobs
