"""Two containers behind one another: the first prepares, the second predicts as if it had been asked itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Start
from tests.models import csv_body, features, json_rows, sample


@pytest.mark.parametrize("kind", ["text/csv", "application/json", "application/jsonlines"])
def test_prepared_rows_are_answered_like_the_rows_themselves(
    front: dict[str, str], trained: Callable[[str], Path], start: Start, kind: str
) -> None:
    root, rows = trained("binary"), sample("binary", 50)
    prepare = start(root, **front, MODEL_SERVER_STEP="prepare").ready()
    predict = start(root, **front).ready()
    objects = [dict(zip(features(root), row, strict=True)) for row in json_rows(rows)]
    body = {
        "text/csv": csv_body(rows),
        "application/json": json.dumps({"instances": objects}).encode(),
        "application/jsonlines": "\n".join(map(json.dumps, objects)).encode(),
    }[kind]
    prepared = prepare.invoke(body, kind)
    assert (prepared.status, prepared.headers["content-type"]) == (200, "text/csv")
    assert predict.invoke(prepared.body, accept="text/csv").body == predict.invoke(body, kind, accept="text/csv").body


def test_what_is_wrong_with_the_rows_is_refused_by_the_first(trained: Callable[[str], Path], start: Start) -> None:
    prepare = start(trained("binary"), MODEL_SERVER_STEP="prepare").ready()
    assert prepare.invoke(b"a,b\n").error["code"] == "bad_input"


def test_a_step_that_there_is_not_stops_the_server(trained: Callable[[str], Path], start: Start) -> None:
    server = start(trained("binary"), MODEL_SERVER_STEP="clean")
    assert server.wait() == 2
    assert "give prepare or predict" in server.logs()[-1]["reason"]
