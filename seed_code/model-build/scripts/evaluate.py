"""Processing job: measure the model on held-out rows, compare it, and decide whether it may be registered.

In:  processing/input/model/model.tar.gz, processing/input/test/data.csv, processing/input/schema/schema.json
Out: processing/output/evaluation/: evaluation.json, manifest.json, holdout.csv, expected.csv, labels.csv;
     checks.json in the models bucket, where the pipeline says (CHECKS_URI)

A closed gate is a result, not a failure of this job: the pipeline's fail step says the figures.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from artifact import open_artifact
from booster import TRAINING_FILE, DataSplit, predict, read_split
from chance import ALLOWED, ORDERS, chance_of
from checks import build_checks, store_checks
from container import (
    JobArguments,
    JobError,
    ml_root,
    only_file,
    read_json,
    report_message,
    run_job,
    sha256_of,
    write_json,
)
from gate import decide
from manifest import build_manifest
from metrics import direction, measure, naive_answers
from production import Production, find_production
from table_schema import TableSchema, load_schema

log = logging.getLogger("evaluate")
HOLDOUT_ROWS = 1_000


def main(arguments: list[str] | None = None) -> None:
    """Open, measure, compare, decide, write."""
    options = parse(arguments)
    source = ml_root() / "processing" / "input"
    output = ml_root() / "processing" / "output" / "evaluation"
    schema = load_schema(only_file(source / "schema", "schema.json"))
    archive = only_file(source / "model", "model.tar.gz")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        artifact = open_artifact(archive, folder / "model")
        if artifact.schema != schema:
            raise JobError(f"{archive.name}: the model was trained with another schema; train again")
        split = read_split(only_file(source / "test", "data.csv"), schema)
        production = look_up_production(schema, folder / "production")
        training = read_json(folder / "model" / TRAINING_FILE)
    answers = predict(artifact.model, split.features)
    evaluation = evaluate(options, schema, split, answers, production)
    evaluation["artifact"] = {"sha256": sha256_of(archive), "bytes": archive.stat().st_size}
    write_json(output / "evaluation.json", evaluation)
    # What is not registered is not served: nobody would ever ask.
    checks = store_checks(build_checks(schema, split, answers)) if evaluation["gate"]["passed"] else None
    write_json(output / "manifest.json", build_manifest(schema, training, evaluation, os.environ, checks))
    write_holdout(output, schema, split, answers)
    report_message(exit_message(evaluation))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = JobArguments(description="Measure a model and decide whether it may be registered.")
    parser.add_argument("--metric", required=True, help="the metric that decides")
    parser.add_argument("--threshold", required=True, type=float, help="what it must reach")
    return parser.parse_args(arguments)


def look_up_production(schema: TableSchema, folder: Path) -> Production | None:
    """The model in production, or None; says in the log which."""
    group = os.environ.get("MODEL_PACKAGE_GROUP", "")
    if not group:
        log.info("production: no MODEL_PACKAGE_GROUP given, nothing to compare with")
        return None
    production = find_production(group, schema, folder)
    if production is None:
        log.info("production: no approved package in %s, nothing to compare with", group)
    elif production.difference:
        log.warning("production: not compared: %s", production.difference)
    else:
        log.info("production: %s", production.package_arn)
    return production


def evaluate(
    options: argparse.Namespace,
    schema: TableSchema,
    split: DataSplit,
    answers: np.ndarray[Any, np.dtype[np.float32]],
    production: Production | None,
) -> dict[str, Any]:
    """Everything that evaluation.json says, without the artifact."""
    production_metrics = None
    if production and not production.difference:
        production_metrics = measure(
            schema.problem, split.target, predict(production.artifact.model, split.features)
        )
    naive = measure(schema.problem, split.target, naive_answers(schema, len(split.target)))
    measured = measure(schema.problem, split.target, answers)
    metric: str = options.metric
    chance = chance_of(schema.problem, metric, split.target, answers, schema.seed)
    gate = decide(metric, measured, options.threshold, naive, production=production_metrics, chance=chance)
    log.info("metrics: %s", ", ".join(f"{name}={value:.6g}" for name, value in measured.items()))
    log.info("gate: %s", "passed" if gate.passed else "; ".join(gate.reasons))
    return {
        "problem": schema.problem,
        "rows": len(split.target),
        "metric": metric,
        "direction": direction(metric),
        "threshold": finite(options.threshold),
        "value": finite(measured.get(metric)),
        "metrics": {name: finite(value) for name, value in measured.items()},
        "baseline": {name: finite(value) for name, value in naive.items()},
        "chance": {"share": chance, "allowed": ALLOWED, "orders": ORDERS},
        "production": describe_production(production, production_metrics, metric),
        "gate": asdict(gate),
        "display": {
            "value": figure(measured.get(metric)),
            "threshold": figure(options.threshold),
            "baseline": figure(naive.get(metric)),
            "production": production_figure(metric, production, production_metrics),
            "reasons": "; ".join(gate.reasons) or "none",
        },
    }


def exit_message(evaluation: dict[str, Any]) -> str:
    """What the pipeline's next steps read: the artifact's SHA-256 to register, else why there is none."""
    if evaluation["gate"]["passed"]:
        return str(evaluation["artifact"]["sha256"])
    shown = evaluation["display"]
    return (
        f"The gate is closed: {evaluation['metric']} {shown['value']}; threshold {shown['threshold']}; "
        f"in production {shown['production']}; naive answer {shown['baseline']}. Reasons: {shown['reasons']}."
    )


def finite(value: float | None) -> float | None:
    """JSON has no NaN."""
    return value if value is not None and math.isfinite(value) else None


def describe_production(
    production: Production | None, production_metrics: dict[str, float] | None, metric: str
) -> dict[str, Any] | None:
    if production is None:
        return None
    return {
        "model_package_arn": production.package_arn,
        "compared": production_metrics is not None,
        "difference": production.difference,
        "value": finite((production_metrics or {}).get(metric)),
        "metrics": {name: finite(value) for name, value in (production_metrics or {}).items()},
    }


def production_figure(
    metric: str, production: Production | None, production_metrics: dict[str, float] | None
) -> str:
    """Production's metric as text, since a pipeline joins text only."""
    if production is None:
        return "none"
    return (
        figure(production_metrics.get(metric))
        if production_metrics
        else f"not compared ({production.difference})"
    )


def figure(value: float | None) -> str:
    return "not a number" if value is None or not math.isfinite(value) else f"{value:.6g}"


def write_holdout(
    folder: Path, schema: TableSchema, split: DataSplit, answers: np.ndarray[Any, np.dtype[np.float32]]
) -> None:
    """Write rows to call an endpoint with, and the answers it must give.

    At most 1,000 rows. Numbers are the shortest text that parses back to the same 64-bit float, and each
    32-bit answer is exact in 64 bits, so that no comparison needs a tolerance.
    """
    count = len(split.target)
    chosen = np.arange(count)
    if count > HOLDOUT_ROWS:
        chosen = np.sort(np.random.default_rng(schema.seed).choice(count, HOLDOUT_ROWS, replace=False))
    names = ["prediction"]
    if schema.problem == "multiclass":
        names = [f"probability_{number}" for number in range(len(schema.classes or []))]
    shown = answers[chosen].astype(np.float64).reshape(len(chosen), -1)
    tables = {
        "holdout.csv": pd.DataFrame(split.features[chosen], columns=schema.features),
        "expected.csv": pd.DataFrame(shown, columns=names),
        "labels.csv": pd.DataFrame({"label": split.target[chosen]}),
    }
    if schema.classes is not None:
        tables["labels.csv"] = tables["labels.csv"].astype("int64")
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, lineterminator="\n")


if __name__ == "__main__":
    sys.exit(run_job(main))
