"""Held-out rows of a model package, with the model's own answers and the true labels."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.errors import DeployError
from deploy.metrics import Answer
from deploy.wire import Row

# At most 1,000 rows by contract; more than this is no held-out sample.
_LIMIT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Holdout:
    """Rows in order; `expected` and `labels` are aligned with `rows`."""

    features: tuple[str, ...]
    rows: Sequence[Row]
    expected: Sequence[Answer]
    labels: Sequence[float]

    def first(self, count: int | None) -> "Holdout":
        """The first rows, all of them without a count."""
        return Holdout(self.features, self.rows[:count], self.expected[:count], self.labels[:count])


def fetch_holdout(s3: Any, uri: str) -> Holdout:
    """Reads the three files below `uri` with the caller's own credentials."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    texts = {}
    for name in ("holdout.csv", "expected.csv", "labels.csv"):
        key = f"{prefix.rstrip('/')}/{name}"
        try:
            answer = s3.get_object(Bucket=bucket, Key=key)
        except s3.exceptions.ClientError as error:
            raise DeployError([f"s3://{bucket}/{key}: {error.response['Error']['Message']}"]) from error
        if answer["ContentLength"] > _LIMIT_BYTES:
            raise DeployError(
                [f"s3://{bucket}/{key} has {answer['ContentLength']} bytes: no held-out sample"]
            )
        texts[name] = answer["Body"].read().decode("utf-8-sig")
    return parse_holdout(texts["holdout.csv"], texts["expected.csv"], texts["labels.csv"])


def parse_holdout(features: str, expected: str, labels: str) -> Holdout:
    """From the files' texts. `features` has a header; the other two may have one."""
    header, *rows = _records(features)
    if not rows:
        raise DeployError(["holdout.csv has no rows"])
    ragged = next((n for n, row in enumerate(rows, 1) if len(row) != len(header)), None)
    if ragged:
        raise DeployError([f"holdout.csv: row {ragged} has not the {len(header)} columns of the header"])
    for number, row in enumerate(rows, 1):
        _figures("holdout.csv", number, [cell or "nan" for cell in row])
    return Holdout(
        tuple(header),
        [tuple(row) for row in rows],
        _values("expected.csv", expected, len(rows)),
        [value[0] for value in _values("labels.csv", labels, len(rows))],
    )


def _records(text: str) -> list[list[str]]:
    # A row with one missing value and one column is an empty line; csv gives [] for it.
    records = [record or [""] for record in csv.reader(io.StringIO(text))]
    return records or [[]]


def _values(name: str, text: str, count: int) -> list[Answer]:
    records = _records(text)
    if len(records) not in (count, count + 1):
        raise DeployError([f"{name} has {len(records)} lines; holdout.csv has {count} rows"])
    values = [_figures(name, number, record) for number, record in enumerate(records[-count:], 1)]
    if not all(math.isfinite(figure) for value in values for figure in value):
        raise DeployError([f"{name} has a value that is not finite"])
    return values


def _figures(name: str, number: int, cells: Sequence[str]) -> Answer:
    try:
        return tuple(float(cell) for cell in cells)
    except ValueError as error:
        raise DeployError([f"{name}: row {number} has a cell that is not a number"]) from error
