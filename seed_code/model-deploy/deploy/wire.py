"""Rows and answers as an endpoint's content types write them. A missing value is an empty cell or null."""

import json
import math
import struct
from collections.abc import Iterator, Sequence
from typing import Any

from deploy.metrics import Answer

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
Row = tuple[str, ...]  # cells as in holdout.csv

# Well below the 6 MiB of a request (sagemaker-runtime InvokeEndpoint.Body) and any limit of rows per request.
_BATCH_ROWS = 100
_BATCH_BYTES = 1_000_000


def batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows in order, in groups that fit into a request."""
    widest = max((sum(len(cell) + 2 for cell in row) for row in rows), default=1)
    size = max(1, min(_BATCH_ROWS, _BATCH_BYTES // widest))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def encode(rows: Sequence[Row], content_type: str) -> bytes:
    """A request's body."""
    if content_type == CSV:
        text = "".join(",".join(row) + "\n" for row in rows)
    elif content_type == JSON:
        text = json.dumps({"instances": [_numbers(row) for row in rows]})
    else:
        text = "".join(json.dumps(_numbers(row)) + "\n" for row in rows)
    return text.encode()


def decode(body: bytes, content_type: str) -> list[Answer]:
    """A response's answers, one tuple for each row. Raises `ValueError` for anything else."""
    text = body.decode()
    if content_type == CSV:
        return [tuple(float(cell) for cell in line.split(",")) for line in text.splitlines() if line.strip()]
    if content_type == JSON:
        document = json.loads(text)
        if not isinstance(document, dict) or not isinstance(document.get("predictions"), list):
            raise ValueError("the answer is not an object with a list of predictions")
        return [_answer(item) for item in document["predictions"]]
    return [_answer_line(json.loads(line)) for line in text.splitlines() if line.strip()]


def same_float32(answered: Answer, expected: Answer) -> bool:
    """Whether two answers are the same numbers, bit for bit, once they are float32 as the model computes."""
    if len(answered) != len(expected):
        return False
    try:
        pairs = [
            (struct.pack("<f", a), struct.pack("<f", b)) for a, b in zip(answered, expected, strict=True)
        ]
    except OverflowError:
        return False
    return all(a == b for a, b in pairs)


def is_finite(answers: Sequence[Answer]) -> bool:
    """Whether every number of every answer is one."""
    return all(math.isfinite(value) for answer in answers for value in answer)


def _numbers(row: Row) -> list[float | None]:
    values = [float(cell) if cell.strip() else math.nan for cell in row]
    return [None if math.isnan(value) else value for value in values]


def _answer_line(item: Any) -> Answer:
    """A line is `{"prediction": …}`, or the value alone."""
    return _answer(item["prediction"] if isinstance(item, dict) and "prediction" in item else item)


def _answer(item: Any) -> Answer:
    values = item if isinstance(item, list) else [item]
    if not values or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        raise ValueError(f"an answer is a {type(item).__name__}, not a number or a list of numbers")
    return tuple(float(value) for value in values)
