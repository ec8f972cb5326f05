"""Processing job: check the data, find the problem, split, and write what training and evaluation read.

In:  processing/input/data/**/*.csv
Out: processing/output/{train,validation,test}/data.csv (target first), processing/output/schema/schema.json
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from container import JobArguments, ml_root, report_message, run_job, sha256_of
from dataset import read_folder
from objects import object_versions
from problem import check_rows, choose_problem, encode_target
from splitting import SPLITS, Rows, split_rows
from table_schema import PROBLEMS, InputFile, Label, TableSchema

log = logging.getLogger("prepare")


def main(arguments: list[str] | None = None) -> None:
    """Read, check, split, write."""
    options = parse(arguments)
    source = ml_root() / "processing" / "input" / "data"
    output = ml_root() / "processing" / "output"
    table, files = read_folder(source, options.target)
    check_rows(len(table))
    problem, reason = choose_problem(table[options.target], options.problem)
    log.info("problem: %s (%s)", problem, reason)
    values, classes = encode_target(table[options.target], options.target, problem)
    splits = split_rows(None if classes is None else values.astype(np.int64), len(table), options.seed)
    schema = TableSchema(
        features=[str(column) for column in table.columns if column != options.target],
        target=options.target,
        problem=problem,
        classes=classes,
        rows={name: len(rows) for name, rows in splits.items()},
        seed=options.seed,
        inputs=inputs(source, files),
        **of_training_rows(values[splits["train"]], classes),
    )
    warn_of_empty_columns(table, schema.features)
    for name in SPLITS:
        write_split(output / name / "data.csv", table, schema, values, splits[name])
    schema.save(output / "schema" / "schema.json")
    log.info("rows: %s", ", ".join(f"{name} {count}" for name, count in schema.rows.items()))
    report_message(problem)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = JobArguments(description="Check and split a table.")
    parser.add_argument("--target", required=True, help="name of the column to predict")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--problem", default="auto", choices=["auto", *PROBLEMS])
    return parser.parse_args(arguments)


def of_training_rows(values: NDArray[np.float64], classes: list[Label] | None) -> dict[str, Any]:
    """What the schema says about the target's distribution: of the training rows, shape (rows,), alone."""
    if classes is None:
        return {"train_mean": float(values.mean())}
    return {"train_class_counts": np.bincount(values.astype(np.int64), minlength=len(classes)).tolist()}


def inputs(source: Path, files: list[Path]) -> list[InputFile]:
    """The input files with their hashes and, in S3, their object versions."""
    versions = object_versions(os.environ.get("DATA_URI", ""), source, files)
    return [
        InputFile(
            name=str(path.relative_to(source)),
            bytes=path.stat().st_size,
            sha256=sha256_of(path),
            version_id=versions.get(path),
        )
        for path in files
    ]


def warn_of_empty_columns(table: pd.DataFrame, features: list[str]) -> None:
    empty = [name for name in features if table[name].isna().all()]
    if empty:
        log.warning("no row has a value in %s; such columns teach nothing", ", ".join(map(repr, empty)))


def write_split(
    path: Path, table: pd.DataFrame, schema: TableSchema, values: NDArray[np.float64], rows: Rows
) -> None:
    """Write the rows of one split: the target first, then the features in order, with a header."""
    part = table[schema.features].iloc[rows]
    target = values[rows] if schema.classes is None else values[rows].astype(np.int64)
    part.insert(0, schema.target, target)
    path.parent.mkdir(parents=True, exist_ok=True)
    part.to_csv(path, index=False, lineterminator="\n", chunksize=50_000)


if __name__ == "__main__":
    sys.exit(run_job(main))
