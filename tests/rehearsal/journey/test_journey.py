"""The pieces that a journey is made of."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from rehearsal.console import ConsoleProgress
from rehearsal.journey import data, prediction
from rehearsal.journey.steps import JourneyFailed, StepRecorder
from rehearsal.report import JourneyStep, RehearsalReport
from settings.metrics import Metric


def steps() -> tuple[StepRecorder, RehearsalReport]:
    report = RehearsalReport()
    return StepRecorder(ConsoleProgress(Console(quiet=True)), report), report


def test_a_failed_step_skips_the_rest_and_keeps_its_reason() -> None:
    running, report = steps()

    def fail() -> str:
        raise JourneyFailed("auc 0.51; threshold 0.95")

    running.run("one", lambda: "done")
    running.run("two", fail)
    running.run("three", lambda: pytest.fail("must not run"))
    assert [(step.step, step.status, step.detail) for step in report.journey] == [
        ("one", "passed", "done"),
        ("two", "failed", "auc 0.51; threshold 0.95"),
        ("three", "skipped", ""),
    ]
    assert not report.passed


def test_a_refusal_of_aws_is_a_failed_step_and_no_traceback() -> None:
    running, report = steps()

    def refused() -> str:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "PutObject")

    running.run("hand over", refused)
    assert "AccessDenied" in report.journey[0].detail


def test_a_report_with_a_problem_or_a_missing_resource_has_not_passed() -> None:
    assert RehearsalReport().passed
    assert not RehearsalReport(problem="a stack failed").passed
    assert not RehearsalReport(stacks={"dev": {"found": False, "resources": {}}}).passed
    assert not RehearsalReport(journey=[JourneyStep("one", "skipped", 0.0, "")]).passed


def test_shuffled_labels_keep_the_rows_and_their_number_of_classes(tmp_path: Path) -> None:
    original = data.example_data("screening", Metric.AUC, tmp_path)
    shuffled = data.with_shuffled_labels(original)
    with original.path.open() as one, shuffled.path.open() as other:
        before, after = list(csv.DictReader(one)), list(csv.DictReader(other))
    assert [{**row, "target": ""} for row in before] == [{**row, "target": ""} for row in after]
    assert sorted(row["target"] for row in before) == sorted(row["target"] for row in after)
    assert sum(a["target"] != b["target"] for a, b in zip(before, after, strict=True)) > 100


def test_labels_that_are_not_there_cannot_be_shuffled(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("")
    with pytest.raises(data.NoData, match="no column 'y'"):
        data.with_shuffled_labels(data.TrainingData(tmp_path / "d.csv", "y", "d.csv"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(data.NoData, match="there is no such file"):
        data.own_data(tmp_path / "none.csv", "y", tmp_path / "copy")
    with pytest.raises(data.NoData, match="this is a folder"):
        data.own_data(tmp_path, "y", tmp_path / "copy")
    with pytest.raises(data.NoData, match="this is a pipe or a device"):
        data.own_data(Path("/dev/null"), "y", tmp_path / "copy")
    with pytest.raises(data.NoData, match="it cannot be read"):
        data.own_data(Path("x" * 5000), "y", tmp_path / "copy")


def test_answers_are_compared_as_32_bit_numbers() -> None:
    assert prediction.differing([[0.1]], [[0.1 + 1e-12]]) == 0
    assert prediction.differing([[0.1]], [[0.1001]]) == 1
    assert prediction.differing([[0.1], [0.2]], [[0.1]]) == 2


def test_a_thousand_rows_begin_with_the_held_out_ones() -> None:
    rows = prediction.many_rows("a,b\n1,2\n3,4\n").splitlines()
    assert len(rows) == prediction.ROWS
    assert rows[:2] == ["1,2", "3,4"]
    assert set(rows) <= {"1,2", "1,4", "3,2", "3,4"}
