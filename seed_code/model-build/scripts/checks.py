"""Rows that a running endpoint is asked each minute, and what this model answers to each: `checks.json`.

It lies in the models bucket, where the accounts that serve the model can read it, below a prefix of its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from typing import Any
from urllib.parse import urlparse

import numpy as np
import pandas as pd

from booster import DataSplit
from container import JobError
from table_schema import TableSchema

CONTENT_TYPE = "text/csv"
MOST_ROWS = 20
# The function that asks reads the file at its start: a table of thousands of columns gives fewer rows.
MOST_BYTES = 256 * 1024


def build_checks(
    schema: TableSchema, split: DataSplit, answers: np.ndarray[Any, np.dtype[np.float32]]
) -> bytes:
    """At most 20 different held-out rows with the model's own answers, as JSON; at least one.

    Numbers are exact, as those of `holdout.csv` and `expected.csv` are, so that the tolerance is none. A team
    whose model answers differently from machine to machine writes another here.
    """
    count = len(split.target)
    chosen = np.sort(np.random.default_rng(schema.seed).choice(count, min(count, MOST_ROWS), replace=False))
    text = io.StringIO()
    pd.DataFrame(split.features[chosen], columns=schema.features).to_csv(
        text, index=False, header=False, lineterminator="\n"
    )
    expected = answers[chosen].astype(np.float64).reshape(len(chosen), -1).tolist()
    lines = text.getvalue().splitlines()
    known = dict(zip(lines, expected, strict=True))
    while len(content := _content(list(known), list(known.values()))) > MOST_BYTES and len(known) > 1:
        known.popitem()
    return content


def _content(rows: list[str], expected: list[list[float]]) -> bytes:
    checks = {"contentType": CONTENT_TYPE, "rows": rows, "expected": expected, "tolerance": 0}
    return (json.dumps(checks, sort_keys=True, allow_nan=False) + "\n").encode()


def store_checks(content: bytes) -> dict[str, str] | None:
    """Upload to the address that the pipeline gave (`CHECKS_URI`): address and SHA-256, None without one.

    The script does it itself: all outputs of a processing job are written with one key, and the models bucket
    has another.
    """
    uri = os.environ.get("CHECKS_URI", "")
    if not uri:
        return None
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    location = urlparse(uri)
    try:
        boto3.client("s3").put_object(
            Bucket=location.netloc,
            Key=location.path.lstrip("/"),
            Body=content,
            ContentType="application/json",
        )
    except (BotoCoreError, ClientError) as error:
        raise JobError(
            f"{uri}: the rows that endpoints are checked with cannot be written ({error}); the processing "
            "role needs s3:PutObject there, and kms:GenerateDataKey on the models bucket's key"
        ) from None
    return {"uri": uri, "sha256": hashlib.sha256(content).hexdigest()}
