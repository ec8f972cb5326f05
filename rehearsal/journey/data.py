"""The data of a journey: what scikit-learn carries, or the user's own file; labels shuffled on request."""

from __future__ import annotations

import csv
import random
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from settings.metrics import Metric, ProblemType

TARGET = "target"


class NoData(Exception):
    """There is no file to train on."""


@dataclass(frozen=True)
class TrainingData:
    """A CSV file with a header, and the column to predict."""

    path: Path
    target: str
    origin: str


@dataclass(frozen=True)
class ExampleTable:
    """A table that scikit-learn carries: its loader, what it poses, and the example's project that it belongs to."""

    loader: str
    origin: str
    problem: ProblemType
    project: str = ""


EXAMPLES = (
    ExampleTable(
        "load_breast_cancer",
        "scikit-learn's breast cancer: 569 samples, 30 measures",
        ProblemType.BINARY,
        "screening",
    ),
    ExampleTable(
        "load_diabetes",
        "scikit-learn's diabetes: 442 patients, 10 measures",
        ProblemType.REGRESSION,
        "diabetes",
    ),
    ExampleTable("load_wine", "scikit-learn's wine: 178 samples, 13 measures", ProblemType.MULTICLASS),
)


def example_of(project: str, metric: Metric) -> ExampleTable:
    """The table for a project: the example's own one where its gate's metric fits, else one that the metric fits."""
    fitting = [table for table in EXAMPLES if table.problem in metric.problem_types]
    return next((table for table in fitting if table.project == project), fitting[0])


def example_data(project: str, metric: Metric, folder: Path) -> TrainingData:
    """A table that scikit-learn carries, as a CSV file in `folder`, for a project and the metric of its gate."""
    from sklearn import datasets

    table = example_of(project, metric)
    bunch = getattr(datasets, table.loader)()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "data.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*(str(name).replace(" ", "_") for name in bunch.feature_names), TARGET])
        writer.writerows(
            [*map(repr, map(float, row)), label] for row, label in zip(bunch.data, bunch.target, strict=True)
        )
    return TrainingData(path, TARGET, table.origin)


def own_data(path: Path, target: str, folder: Path) -> TrainingData:
    """The user's file, copied as it is. Raises NoData where there is none that can be read."""
    if fault := _no_file(path):
        raise NoData(f"DATA={path}: {fault}; give the path of a CSV file with a header")
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "data.csv"
    try:
        if path.resolve() != copy.resolve():
            shutil.copyfile(path, copy)
    except OSError as error:
        raise NoData(f"DATA={path}: it cannot be read ({error.strerror}); give a file that you may read") from None
    return TrainingData(copy, target, str(path))


def _no_file(path: Path) -> str:
    """Why there is no file to copy; '' where there is one."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "there is no such file"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if stat.S_ISDIR(mode):
        return "this is a folder"
    return "" if stat.S_ISREG(mode) else "this is a pipe or a device, not a file"


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
