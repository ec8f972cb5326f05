"""The repository that is handed over has the journey's target and problem in its `model.toml`."""

from __future__ import annotations

import io
import tomllib
import zipfile

import pytest

from rehearsal.journey import prediction
from rehearsal.journey.repository import build_repository


@pytest.mark.parametrize("target", ["price ($)", 'p\\q"r', "größe", "😀", "#", "\\1"])
@pytest.mark.parametrize("problem", [None, "multiclass"])
def test_target_and_problem_are_written_as_they_are(target: str, problem: str | None) -> None:
    with zipfile.ZipFile(io.BytesIO(build_repository(target, problem))) as archive:
        model = tomllib.loads(archive.read("model.toml").decode())
    assert (model["target"], model["problem"]) == (target, problem or "auto")


@pytest.mark.parametrize(
    ("change", "right"),
    [({}, True), ({"different": 1}, False), ({"artifact_is_the_registrys": False}, False), ({"rows": 999}, False)],
)
def test_an_answer_is_right_only_as_a_whole(change: dict[str, object], right: bool) -> None:
    asked = {"different": 0, "artifact_is_the_registrys": True, "rows": prediction.ROWS}
    assert prediction.is_right({**asked, **change}) is right
