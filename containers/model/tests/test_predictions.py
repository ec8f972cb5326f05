"""Answers over HTTP are, bit by bit, those of a fresh process that only imports xgboost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import Start
from tests.models import Doubles, csv_body, features, json_rows, reference, sample
from tests.servers import ServerProcess

JSON, LINES = "application/json", "application/jsonlines"


def _same(numbers: object, expected: Doubles) -> bool:
    """Equal bits, read as float32 and as float64."""
    read = np.array(numbers, dtype=np.float64)
    return (
        read.shape == expected.shape
        and bool((read == expected.astype(np.float64)).all())
        and read.astype(np.float32).tobytes() == expected.tobytes()
    )


def test_answers_equal_those_of_a_fresh_process(
    front: dict[str, str], problem: str, trained: Callable[[str], Path], start: Start, tmp_path: Path
) -> None:
    root, rows = trained(problem), sample(problem)
    inplace, matrix = reference(root, rows, tmp_path)
    assert inplace.dtype == np.float32
    assert inplace.tobytes() == matrix.tobytes()
    server = start(root, **front).ready()
    lists = json_rows(rows)
    objects = [dict(zip(features(root), row, strict=True)) for row in lists]

    lines = server.invoke(csv_body(rows)).body.decode().splitlines()
    read = [[float(cell) for cell in line.split(",")] for line in lines]
    assert _same(read if problem == "multiclass" else [row[0] for row in read], inplace)
    for instances in (lists, objects):
        answer = server.invoke(json.dumps({"instances": instances}), JSON)
        assert _same(answer.json["predictions"], inplace)
    for rows_as_lines in (lists, objects, [{"features": row} for row in lists]):
        answer = server.invoke("\n".join(map(json.dumps, rows_as_lines)), LINES)
        assert _same([json.loads(line)["prediction"] for line in answer.body.splitlines()], inplace)


@pytest.mark.parametrize("sent", ["text/csv", JSON, LINES])
@pytest.mark.parametrize("accept", ["text/csv", JSON, LINES, "*/*", f"text/csv;q=0.2, {JSON};q=0.9", ""])
def test_the_accept_header_decides_the_kind_of_answer(regressor: ServerProcess, sent: str, accept: str) -> None:
    row = json_rows(sample("regression", 1))[0]
    body = {
        "text/csv": csv_body(sample("regression", 1)),
        JSON: json.dumps({"instances": [row]}),
        LINES: json.dumps(row),
    }
    answer = regressor.invoke(body[sent], sent, accept=accept)
    expected = {"*/*": sent, "": sent}.get(accept, JSON if ";" in accept else accept)
    assert (answer.status, answer.headers["content-type"]) == (200, expected)


def test_a_header_line_equal_to_the_features_is_skipped(regressor: ServerProcess) -> None:
    body = csv_body(sample("regression", 3))
    header = ",".join(features(regressor.root)).encode()
    expected = regressor.invoke(body).body
    assert regressor.invoke(header + b"\r\n" + body).body == expected
    assert regressor.invoke(b"\xef\xbb\xbf" + header + b"\n" + body).body == expected


def test_a_chunked_body_is_read_to_its_end(regressor: ServerProcess) -> None:
    body = csv_body(sample("regression", 50))
    parts = (body[at : at + 100] for at in range(0, len(body), 100))
    assert regressor.invoke(parts, transfer_encoding="chunked").body == regressor.invoke(body).body


def test_rows_may_lack_every_value(regressor: ServerProcess, tmp_path: Path) -> None:
    rows = np.full((2, 10), np.nan)
    answer = regressor.invoke(json.dumps({"instances": json_rows(rows)}), JSON)
    assert _same(answer.json["predictions"], reference(regressor.root, rows, tmp_path)[0])


def test_every_answer_says_which_model_package_gave_it(
    front: dict[str, str], trained: Callable[[str], Path], start: Start
) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:111111111111:model-package/mlops-screening/7"
    server = start(trained("regression"), MODEL_PACKAGE_ARN=arn, **front).ready()
    answers = [server.invoke(csv_body(sample("regression", 1))), server.invoke("no number")]
    assert [answer.status for answer in answers] == [200, 400]
    for answer in answers:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        assert headers["x-amzn-sagemaker-custom-attributes"] == "model-package=mlops-screening/7"
