"""Requests and answers on the wire, and held-out files."""

import json

import pytest

from deploy.errors import DeployError
from deploy.holdout import parse_holdout
from deploy.wire import CSV, JSON, JSON_LINES, batches, decode, encode, same_float32

ROWS = [("1.5", ""), ("-2e3", "0.1")]


def test_a_missing_value_is_an_empty_cell_or_null() -> None:
    assert encode(ROWS, CSV) == b"1.5,\n-2e3,0.1\n"
    assert json.loads(encode(ROWS, JSON)) == {"instances": [[1.5, None], [-2000.0, 0.1]]}
    assert encode(ROWS, JSON_LINES) == b"[1.5, null]\n[-2000.0, 0.1]\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (CSV, b"0.25\n0.5\n"),
        (JSON, b'{"predictions": [0.25, 0.5]}'),
        (JSON_LINES, b'{"prediction": 0.25}\n{"prediction": 0.5}\n'),
        (JSON_LINES, b"0.25\n0.5\n"),
    ],
)
def test_answers_are_the_same_in_every_format(kind: str, body: bytes) -> None:
    assert decode(body, kind) == [(0.25,), (0.5,)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [(CSV, b"0.2,0.8\n"), (JSON, b'{"predictions": [[0.2, 0.8]]}'), (JSON_LINES, b"[0.2, 0.8]")],
)
def test_several_classes_are_one_answer(kind: str, body: bytes) -> None:
    assert decode(body, kind) == [(0.2, 0.8)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (CSV, b"<html>\n"),
        (JSON, b"[0.5]"),
        (JSON, b'{"predictions": "0.5"}'),
        (JSON, b'{"predictions": [true]}'),
        (JSON, b'{"predictions": [[]]}'),
        (JSON_LINES, b'{"score": 0.5}'),
        (CSV, b"\xff\xfe"),
    ],
)
def test_anything_else_is_no_answer(kind: str, body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever float() or json say
        decode(body, kind)


def test_equal_means_equal_as_float32() -> None:
    assert same_float32((0.1,), (0.10000000149011612,))
    assert not same_float32((0.1,), (0.1000001,))
    assert not same_float32((0.0,), (-0.0,))
    assert not same_float32((1e300,), (1e300,))
    assert not same_float32((0.1,), (0.1, 0.2))


def test_batches_keep_the_order_and_fit_into_a_request() -> None:
    rows = [(str(n), "x" * 50_000) for n in range(45)]
    parts = list(batches(rows))
    assert [row for part in parts for row in part] == rows
    assert max(len(encode(part, CSV)) for part in parts) <= 1_000_000


def test_held_out_files_may_have_headers_or_not() -> None:
    plain = parse_holdout("a,b\n1,\n3,4\n", "0.5\n0.25\n", "1\n0\n")
    headed = parse_holdout("a,b\n1,\n3,4\n", "p\n0.5\n0.25\n", "label\n1\n0\n")
    assert plain == headed
    assert plain.rows == [("1", ""), ("3", "4")]
    assert plain.expected == [(0.5,), (0.25,)]
    assert plain.labels == [1.0, 0.0]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (("a,b\n", "", ""), "has no rows"),
        (("", "", ""), "has no rows"),
        (("a,b\n1\n", "1\n", "1\n"), "row 1 has not the 2 columns"),
        (("a\nx\n", "1\n", "1\n"), "holdout.csv: row 1 has a cell that is not a number"),
        (("a\n1\n2\n", "1\n", "1\n2\n"), "expected.csv has 1 lines; holdout.csv has 2 rows"),
        (("a\n1\n", "nan\n", "1\n"), "expected.csv has a value that is not finite"),
        (("a\n1\n", "1\n", "yes\n"), "labels.csv: row 1 has a cell"),
    ],
)
def test_held_out_files_that_do_not_fit_are_told(files: tuple[str, str, str], words: str) -> None:
    with pytest.raises(DeployError, match=words):
        parse_holdout(*files)
