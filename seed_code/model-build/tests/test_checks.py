"""What endpoints are checked with: exact, bounded, and only of a model that may be registered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import numpy as np
import pandas as pd
import pytest
from moto import mock_aws

import checks
from booster import DataSplit
from checks import MOST_BYTES, MOST_ROWS, build_checks
from conftest import LocalJobs
from container import JobError
from table_schema import TableSchema, load_schema

pytestmark = pytest.mark.slow

BUCKET, KEY = "mlops-dev-models", "screening/checks/x1/checks.json"
URI = f"s3://{BUCKET}/{KEY}"


@pytest.fixture
def models(screening: LocalJobs, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalJobs]:
    """The breast cancer project with a models bucket, trained."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("CHECKS_URI", URI)
    with mock_aws():
        location = {"LocationConstraint": "eu-west-1"}
        boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        assert screening.train() == 0
        yield screening


def manifest(jobs: LocalJobs) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((jobs.output("evaluate") / "evaluation" / "manifest.json").read_text())
    return found


def test_checks_are_held_out_rows_with_the_models_exact_answers(models: LocalJobs) -> None:
    assert models.evaluate() == 0
    body: bytes = boto3.client("s3").get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
    assert manifest(models)["checks"] == {"uri": URI, "sha256": hashlib.sha256(body).hexdigest()}
    found = json.loads(body)
    assert (found["contentType"], found["tolerance"], len(found["rows"])) == ("text/csv", 0, MOST_ROWS)
    folder = models.output("evaluate") / "evaluation"
    lines = (folder / "holdout.csv").read_text().splitlines()[1:]
    answers = dict(zip(lines, pd.read_csv(folder / "expected.csv").to_numpy().tolist(), strict=True))
    assert {row: answers[row] for row in found["rows"]} == dict(
        zip(found["rows"], found["expected"], strict=True)
    )


def test_a_closed_gate_leaves_none(models: LocalJobs) -> None:
    assert models.evaluate(threshold=0.9999) == 0
    assert manifest(models)["checks"] is None
    assert boto3.client("s3").list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_outside_a_pipeline_nothing_is_uploaded(models: LocalJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHECKS_URI")
    assert models.evaluate() == 0
    assert manifest(models)["checks"] is None


def test_a_bucket_that_does_not_take_them_fails_the_job_and_says_what_is_missing(
    models: LocalJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHECKS_URI", "s3://nobodys/checks.json")
    assert models.evaluate() == 1
    assert "the processing role needs s3:PutObject" in models.failure("evaluate")
    with pytest.raises(JobError):
        checks.store_checks(b"{}")


@pytest.mark.parametrize(("columns", "rows"), [(5, MOST_ROWS), (2_000, 6), (100_000, 1)])
def test_wide_tables_give_fewer_rows_and_at_least_one(screening: LocalJobs, columns: int, rows: int) -> None:
    schema = wide(screening, columns)
    random = np.random.default_rng(0)
    split = DataSplit(features=random.normal(size=(50, columns)), target=np.zeros(50))
    content = build_checks(schema, split, random.random(50).astype(np.float32))
    found = json.loads(content)
    assert len(found["rows"]) == len(found["expected"])
    assert len(found["rows"]) >= rows
    assert len(content) <= MOST_BYTES or len(found["rows"]) == 1


def wide(jobs: LocalJobs, columns: int) -> TableSchema:
    """The project's schema with as many features."""
    schema = load_schema(jobs.output("prepare") / "schema" / "schema.json")
    return replace(schema, features=[f"f{number}" for number in range(columns)])
