"""Splitting, finding the problem, determinism."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import prepare
from conftest import LocalJobs, table


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_rows_are_split_without_loss_or_overlap(screening: LocalJobs) -> None:
    frame = table("screening")
    parts = [screening.split(name) for name in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [397, 86, 86]
    together = pd.concat(parts)[list(frame.columns)]
    order = list(frame.columns)
    expected = frame.sort_values(order).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        together.sort_values(order).reset_index(drop=True), expected, check_exact=True
    )


def test_the_target_comes_first_and_the_classes_keep_their_shares(screening: LocalJobs) -> None:
    share = table("screening")["target"].mean()
    for name in ("train", "validation", "test"):
        part = screening.split(name)
        assert part.columns[0] == "target"
        assert part["target"].mean() == pytest.approx(share, abs=0.02)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(screening: LocalJobs) -> None:
    first = digest(screening.output("prepare"))
    assert screening.prepare() == 0
    assert digest(screening.output("prepare")) == first
    assert screening.prepare(seed=1) == 0
    assert digest(screening.output("prepare"))["train/data.csv"] != first["train/data.csv"]


def test_what_is_learned_about_the_target_comes_from_the_training_rows_alone(jobs: LocalJobs) -> None:
    frame = table("diabetes")
    jobs.write_frame(frame)
    assert jobs.prepare() == 0
    mean = jobs.schema()["train_mean"]
    held = jobs.split("test")["target"]
    # Held-out targets become absurd; nothing that is not held out may move.
    train_before = jobs.split("train")
    frame.loc[frame["target"].isin(held) & ~frame["target"].isin(train_before["target"]), "target"] += 1e6
    jobs.write_frame(frame)
    assert jobs.prepare() == 0
    assert jobs.schema()["train_mean"] == mean
    assert mean == pytest.approx(train_before["target"].mean())
    pd.testing.assert_frame_equal(jobs.split("train"), train_before)
    assert jobs.split("test")["target"].max() > 1e6


@pytest.mark.parametrize(
    ("name", "problem", "classes"),
    [("screening", "binary", [0, 1]), ("diabetes", "regression", None), ("iris", "multiclass", [0, 1, 2])],
)
def test_the_problem_is_found_from_the_target(
    jobs: LocalJobs, name: str, problem: str, classes: list[int] | None
) -> None:
    jobs.write_frame(table(name))
    assert jobs.prepare() == 0
    assert jobs.schema()["problem"] == problem
    assert jobs.schema()["classes"] == classes
    assert jobs.message("prepare") == problem


def test_the_problem_can_be_said(jobs: LocalJobs) -> None:
    jobs.write_frame(table("screening"))
    assert jobs.prepare("target", "--problem", "regression") == 0
    assert jobs.schema()["problem"] == "regression"


def test_text_classes_become_numbers_and_the_schema_says_which(jobs: LocalJobs) -> None:
    frame = table("screening")
    frame["target"] = np.where(frame["target"] == 1, "benign", "malignant")
    jobs.write_frame(frame)
    assert jobs.prepare() == 0
    schema = jobs.schema()
    assert (schema["problem"], schema["classes"]) == ("binary", ["benign", "malignant"])
    assert jobs.split("train")["target"].sum() == schema["train_class_counts"][1]


def test_missing_numbers_stay_missing(jobs: LocalJobs) -> None:
    frame = table("screening")
    frame.loc[::7, "mean radius"] = np.nan
    jobs.write_frame(frame)
    assert jobs.prepare() == 0
    missing = sum(jobs.split(name)["mean radius"].isna().sum() for name in ("train", "validation", "test"))
    assert missing == frame["mean radius"].isna().sum()


def test_several_files_are_one_table_and_each_is_hashed(jobs: LocalJobs) -> None:
    frame = table("screening")
    jobs.write_frame(frame.iloc[:300], "a.csv")
    jobs.write_frame(frame.iloc[300:], "b.csv")
    assert jobs.prepare() == 0
    schema = jobs.schema()
    assert sum(schema["rows"].values()) == len(frame)
    for each in schema["inputs"]:
        content = (jobs.data / each["name"]).read_bytes()
        assert each["sha256"] == hashlib.sha256(content).hexdigest()
        assert each["bytes"] == len(content)


def test_a_byte_order_mark_and_spaces_around_names_do_not_matter(jobs: LocalJobs) -> None:
    text = table("screening").to_csv(index=False).replace("target", " target ", 1)
    jobs.write(b"\xef\xbb\xbf" + text.encode())
    assert jobs.prepare() == 0
    assert jobs.schema()["features"][0] == "mean radius"


@pytest.mark.parametrize(
    "target", ["-logp", "--seed", "price ($)", 'p\\q"r', "größe", "a=b", "'q'", "$(touch x)", "`x`", "%s"]
)
def test_a_target_may_begin_with_a_dash_and_hold_any_character(jobs: LocalJobs, target: str) -> None:
    frame = pd.DataFrame(
        {"a": range(60), "b": [n * 7 % 11 for n in range(60)], target: [n * 0.5 for n in range(60)]}
    )
    jobs.write_frame(frame)
    assert jobs.prepare(target) == 0, jobs.failure("prepare")
    assert jobs.schema()["target"] == target


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "-logp"], "argument --target: expected one argument"),
        ([], "the following arguments are required: --target"),
        (["--target=a", "--seed=x"], "argument --seed: invalid int value: 'x'"),
        (["--target=a", "--problem=ranking"], "argument --problem: invalid choice: 'ranking'"),
        (["--target=a", "--colour=red"], "unrecognized arguments: --colour=red"),
    ],
)
def test_arguments_that_are_wrong_leave_their_reason_where_sagemaker_reads_it(
    jobs: LocalJobs, arguments: list[str], words: str
) -> None:
    assert jobs.job("prepare", lambda: prepare.main(arguments)) == 1
    assert words in jobs.message("prepare")
    assert "--name=value" in jobs.message("prepare")


def test_a_job_that_exits_by_itself_leaves_a_reason_too(jobs: LocalJobs) -> None:
    assert jobs.job("prepare", lambda: sys.exit(3)) == 1
    assert jobs.message("prepare") == "the job ended with exit code 3"
    assert jobs.job("prepare", lambda: sys.exit(0)) == 0
