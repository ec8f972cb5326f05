"""Each kind of bad data ends with exit code 1 and one line that says what, where, and what to do."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from conftest import LocalJobs, table


def frame(rows: int = 60) -> pd.DataFrame:
    """A small sound table: age, dose, target."""
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": generator.integers(20, 90, rows),
            "dose": generator.random(rows),
            "target": np.arange(rows) % 2,
        }
    )


def with_cell(column: str, row: int, value: str) -> str:
    """The sound table with one other cell; rows count from 1 after the header."""
    bad = frame().astype("object")
    bad.loc[row - 1, column] = value
    return str(bad.to_csv(index=False))


TEXT = frame().to_csv(index=False)
UTF16 = TEXT.encode("utf-16-le")
CASES: dict[str, tuple[str | bytes, str]] = {
    "an empty file": (b"", "data.csv: the file is empty"),
    "a header without rows": ("age,dose,target\n", "data.csv: the file has a header and no rows"),
    "a missing target": (
        TEXT.replace("target", "Targets", 1),
        "data.csv: there is no target column 'target'; did you mean 'Targets'?",
    ),
    "another separator": (TEXT.replace(",", ";"), "is the separator a comma?"),
    "text in a number": (
        with_cell("age", 7, "old"),
        "data.csv: column 'age' has text in 1 row (7); numbers and empty cells are allowed",
    ),
    "a column of text": (
        frame().assign(age="young").to_csv(index=False),
        "column 'age' holds text in every row; features are numbers: encode it as numbers or remove it",
    ),
    "truth values": (frame().assign(age=True).to_csv(index=False), "column 'age' holds text in every row"),
    "one class": (
        frame().assign(target=1).to_csv(index=False),
        "target 'target' has one class only (1); at least two are needed",
    ),
    "ten rows": (frame(10).to_csv(index=False), "the data has 10 rows; at least 50 are needed"),
    "a target without value": (
        with_cell("target", 3, ""),
        "data.csv: column 'target' is the target and has no value in 1 row (3)",
    ),
    "a name twice": (
        TEXT.replace("dose", "age", 1),
        "data.csv: the header names 'age' more than once; names must differ",
    ),
    "no name": (TEXT.replace("age", "", 1), "data.csv: the header gives no name to column 1"),
    "infinity": (with_cell("dose", 5, "inf"), "column 'dose' is infinite or above 3.4e38 in 1 row (5)"),
    "too large for 32 bits": (with_cell("dose", 5, "1e39"), "column 'dose' is infinite or above 3.4e38"),
    "binary junk": (b"\x7f\x00\x01" * 100, "byte 1 is binary (NUL)"),
    "another encoding": (TEXT.replace("age", "âge", 1).encode("latin-1"), "byte 0 is not UTF-8"),
    "UTF-16": (UTF16, "byte 1 is binary (NUL)"),
    "a gzip file": (gzip.compress(TEXT.encode()), "this is a gzip file, not CSV text"),
    "a cut character": (TEXT.encode() + b"\xc3", "the file ends inside a character"),
    "an open quote": (TEXT + '"1,2,0\n', "data.csv: not CSV: EOF inside string"),
    "long rows": (TEXT.replace("\n", ",9\n").replace("target,9", "target", 1), "more cells than the header"),
    "one long row": (TEXT + "1,2,0,4\n", "Expected 3 fields in line 62, saw 4"),
    "a rare class": (
        with_cell("target", 1, "7"),
        "target 'target' has classes with too few rows: 7 (1); each needs at least 3",
    ),
    "the target alone": (frame()[["target"]].to_csv(index=False), "the target 'target' is the only column"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_data_is_refused_with_its_reason(jobs: LocalJobs, case: str) -> None:
    content, expected = CASES[case]
    jobs.write(content)
    assert jobs.prepare() == 1
    reason = jobs.failure("prepare")
    assert expected in reason
    assert "Traceback" not in reason
    assert jobs.message("prepare") == reason
    assert not list(jobs.output("prepare").rglob("*.csv"))


def test_the_same_table_without_a_fault_is_accepted(jobs: LocalJobs) -> None:
    jobs.write(TEXT)
    assert jobs.prepare() == 0


def test_all_problems_are_listed_at_once(jobs: LocalJobs) -> None:
    bad = frame().astype("object")
    bad.loc[[1, 4], "age"] = "x"
    bad.loc[2, "dose"] = "inf"
    bad.loc[9, "target"] = ""
    jobs.write_frame(bad)
    jobs.write_frame(bad, "more.csv")
    assert jobs.prepare() == 1
    lines = jobs.failure("prepare").splitlines()
    assert len(lines) == 6
    assert "data.csv: column 'age' has text in 2 rows (2, 5)" in lines[0]
    assert sum("more.csv" in line for line in lines) == 3


def test_rows_are_counted_across_pieces_of_a_file(jobs: LocalJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataset.CHUNK_ROWS", 10)
    jobs.write(with_cell("age", 47, "x"))
    assert jobs.prepare() == 1
    assert "column 'age' has text in 1 row (47)" in jobs.failure("prepare")


def test_a_constant_quantity_is_refused(jobs: LocalJobs) -> None:
    jobs.write_frame(frame().assign(target=1.5))
    assert jobs.prepare() == 1
    assert "target 'target' is constant (1.5)" in jobs.failure("prepare")


def test_text_is_refused_where_regression_was_said(jobs: LocalJobs) -> None:
    jobs.write(with_cell("target", 4, "high"))
    assert jobs.prepare("target", "--problem", "regression") == 1
    assert "target 'target' has text in 1 row (4); regression needs numbers" in jobs.failure("prepare")


def test_three_classes_are_refused_where_binary_was_said(jobs: LocalJobs) -> None:
    jobs.write_frame(table("iris"))
    assert jobs.prepare("target", "--problem", "binary") == 1
    assert "has 3 classes; binary allows two: say --problem multiclass" in jobs.failure("prepare")


def test_files_with_other_columns_are_refused(jobs: LocalJobs) -> None:
    jobs.write_frame(frame(), "a.csv")
    jobs.write_frame(frame().rename(columns={"dose": "amount"}), "b.csv")
    assert jobs.prepare() == 1
    assert "b.csv: its columns differ in 'amount', 'dose' from a.csv" in jobs.failure("prepare")


def test_a_folder_without_csv_files_is_refused(jobs: LocalJobs) -> None:
    jobs.write("x", "notes.txt")
    assert jobs.prepare() == 1
    assert "no file ends in .csv (found notes.txt)" in jobs.failure("prepare")


def test_a_long_reason_is_cut_to_what_sagemaker_keeps(jobs: LocalJobs) -> None:
    wide = pd.DataFrame({f"column {number} ü": ["x"] * 60 for number in range(40)}).assign(
        target=frame()["target"]
    )
    jobs.write_frame(wide)
    assert jobs.prepare() == 1
    assert len(jobs.failure("prepare").encode()) <= 1024
