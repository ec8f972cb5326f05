"""The data of a journey: what scikit-learn carries, or the user's own file; labels shuffled on request."""

from __future__ import annotations

import csv
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

TARGET = "target"


class NoData(Exception):
    """There is no file to train on."""


@dataclass(frozen=True)
class TrainingData:
    """A CSV file with a header, and the column to predict."""

    path: Path
    target: str
    origin: str


def example_data(project: str, folder: Path) -> TrainingData:
    """The example's data: breast cancer (569 samples, binary), or diabetes (442 patients, regression)."""
    from sklearn import datasets

    loaders = {"diabetes": (datasets.load_diabetes, "scikit-learn's diabetes: 442 patients, 10 measures")}
    default = (datasets.load_breast_cancer, "scikit-learn's breast cancer: 569 samples, 30 measures")
    load, origin = loaders.get(project, default)
    bunch = load()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "data.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*(str(name).replace(" ", "_") for name in bunch.feature_names), TARGET])
        writer.writerows(
            [*map(repr, map(float, row)), label] for row, label in zip(bunch.data, bunch.target, strict=True)
        )
    return TrainingData(path, TARGET, origin)


def own_data(path: Path, target: str, folder: Path) -> TrainingData:
    """The user's file, as it is. Raises NoData where there is none; the pipeline checks its contents."""
    if not path.is_file():
        raise NoData(f"DATA={path}: there is no such file; give the path of a CSV file with a header")
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "data.csv"
    shutil.copyfile(path, copy)
    return TrainingData(copy, target, str(path))


def with_shuffled_labels(data: TrainingData, seed: int = 0) -> TrainingData:
    """The same rows with the target's values in another order: there is nothing left to learn. Raises NoData."""
    with data.path.open(newline="", encoding="utf-8") as file:
        header, *rows = [*csv.reader(file)] or [[]]
    if data.target not in header:
        raise NoData(f"{data.origin}: there is no column {data.target!r} whose labels could be shuffled")
    target = header.index(data.target)
    labels = [row[target] for row in rows]
    random.Random(seed).shuffle(labels)  # noqa: S311 - no secret is made of it
    shuffled = data.path.with_name("shuffled.csv")
    with shuffled.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([*row[:target], label, *row[target + 1 :]] for row, label in zip(rows, labels, strict=True))
    return TrainingData(shuffled, data.target, f"{data.origin}, labels shuffled")
