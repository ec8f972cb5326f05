"""Evaluation: exact answers, the gate, and models that must not pass."""

from __future__ import annotations

import hashlib
import io
import json
import math
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artifact import unpack
from chance import ALLOWED, chance_of
from conftest import LocalJobs, table
from container import JobError
from gate import WORST, decide
from metrics import METRICS, direction, measure
from table_schema import PROBLEMS, ProblemType

FRESH = """
import sys, numpy as np, xgboost as xgb
rows = np.genfromtxt(sys.argv[2], delimiter=",", skip_header=1).astype(np.float32)
np.save(sys.argv[3], xgb.Booster(model_file=sys.argv[1]).predict(xgb.DMatrix(rows, missing=np.nan)))
"""


def run_all(jobs: LocalJobs, name: str, metric: str, threshold: float) -> None:
    jobs.write_frame(table(name))
    assert jobs.prepare() == 0
    assert jobs.train() == 0
    assert jobs.evaluate(metric, threshold) == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "metric", "threshold"),
    [("screening", "auc", 0.9), ("diabetes", "rmse", 70.0), ("iris", "macro_f1", 0.8)],
)
def test_expected_answers_are_bit_for_bit_those_of_a_process_with_only_xgboost(
    jobs: LocalJobs, name: str, metric: str, threshold: float
) -> None:
    run_all(jobs, name, metric, threshold)
    folder = jobs.output("evaluate") / "evaluation"
    fresh = jobs.root / "fresh.npy"
    subprocess.run(
        [sys.executable, "-c", FRESH, jobs.root / "train/model/model.ubj", folder / "holdout.csv", fresh],
        check=True,
    )
    expected = pd.read_csv(folder / "expected.csv").to_numpy()
    answers = np.load(fresh)
    assert answers.dtype == np.float32
    assert np.array_equal(answers.reshape(expected.shape).astype(np.float64), expected)
    assert jobs.evaluation()["gate"]["passed"] == 1
    assert set(jobs.evaluation()["metrics"]) == set(METRICS[jobs.evaluation()["problem"]])


def test_the_artifact_is_named_by_its_hash(screening: LocalJobs) -> None:
    assert screening.train() == 0
    assert screening.evaluate() == 0
    archive = screening.root / "evaluate" / "processing" / "input" / "model" / "model.tar.gz"
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert screening.evaluation()["artifact"] == {"sha256": digest, "bytes": archive.stat().st_size}
    assert screening.message("evaluate") == digest


def test_a_closed_gate_leaves_its_figures_in_the_message(screening: LocalJobs) -> None:
    assert screening.train() == 0
    assert screening.evaluate(threshold=0.9999) == 0
    shown = screening.evaluation()["display"]
    assert screening.message("evaluate") == (
        f"The gate is closed: auc {shown['value']}; threshold 0.9999; in production none; "
        f"naive answer 0.5. Reasons: {shown['reasons']}."
    )


def test_the_holdout_has_no_target_and_at_most_a_thousand_rows(jobs: LocalJobs) -> None:
    frame = pd.concat([table("screening")] * 13, ignore_index=True)
    jobs.write_frame(frame)
    assert jobs.prepare() == 0
    assert jobs.train(num_round="5") == 0
    assert jobs.evaluate() == 0
    folder = jobs.output("evaluate") / "evaluation"
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in ("holdout", "expected", "labels")}
    assert [len(each) for each in tables.values()] == [1000, 1000, 1000]
    assert list(tables["holdout"].columns) == jobs.schema()["features"]
    assert (
        measure("binary", tables["labels"]["label"].to_numpy(), tables["expected"]["prediction"].to_numpy())[
            "auc"
        ]
        > 0.9
    )


def test_shuffled_labels_close_the_gate(jobs: LocalJobs) -> None:
    for name, metric, threshold in (("screening", "auc", 0.9), ("diabetes", "rmse", 65.0)):
        frame = table(name)
        frame["target"] = np.random.default_rng(1).permutation(frame["target"].to_numpy())
        jobs.write_frame(frame)
        assert jobs.prepare() == 0
        assert jobs.train() == 0
        assert jobs.evaluate(metric, threshold) == 0
        gate = jobs.evaluation()["gate"]
        assert gate["passed"] == 0
        assert any("threshold" in reason for reason in gate["reasons"])
        assert jobs.evaluation()["display"]["value"] in " ".join(gate["reasons"])


def test_a_metric_of_another_problem_closes_the_gate(screening: LocalJobs) -> None:
    assert screening.train() == 0
    assert screening.evaluate("rmse", 10.0) == 0
    evaluation = screening.evaluation()
    assert evaluation["value"] is None
    assert evaluation["gate"]["passed"] == 0
    assert evaluation["gate"]["value"] == WORST
    assert "metric 'rmse' is not measured for this problem; measured: auc" in evaluation["gate"]["reasons"][0]


def test_a_threshold_that_is_not_a_number_closes_the_gate(screening: LocalJobs) -> None:
    assert screening.train() == 0
    assert screening.evaluate("auc", math.nan) == 0
    assert screening.evaluation()["gate"]["reasons"] == ["the threshold of auc is not a number"]


GOOD, NAIVE = {"auc": 0.95, "logloss": 0.2}, {"auc": 0.5, "logloss": 0.66}


def test_a_good_model_passes_with_and_without_one_in_production() -> None:
    assert decide("auc", GOOD, 0.9, NAIVE, production=None, chance=0.01).passed == 1
    assert decide(
        "auc", GOOD, 0.9, NAIVE, production={"auc": 0.93}, chance=0.002
    ).production_margin == pytest.approx(0.02)
    assert decide("auc", GOOD, 0.95, NAIVE, production={"auc": 0.95}, chance=0.002).passed == 1
    assert decide("logloss", GOOD, 0.3, NAIVE, production={"logloss": 0.25}, chance=0.002).passed == 1


@pytest.mark.parametrize(
    ("metric", "measured", "threshold", "production", "reason"),
    [
        ("auc", {"auc": 0.85}, 0.9, None, "auc 0.85 is below the threshold 0.9"),
        ("logloss", {"logloss": 0.4}, 0.3, None, "logloss 0.4 is above the threshold 0.3"),
        ("auc", GOOD, 0.9, {"auc": 0.96}, "auc 0.95 is worse than production's 0.96"),
        ("logloss", GOOD, 0.3, {"logloss": 0.1}, "logloss 0.2 is worse than production's 0.1"),
        ("auc", {"auc": math.nan}, 0.9, None, "auc is not a number"),
        ("logloss", {"logloss": math.inf}, 0.9, None, "logloss is not a number"),
        ("auc", GOOD, 0.9, {"auc": math.nan}, "auc of the model in production is not a number"),
        ("auc", GOOD, 0.9, {}, "auc of the model in production is not a number"),
        ("auc", {"auc": 0.5}, 0.1, None, "auc 0.5 is no better than the naive answer's 0.5"),
        (
            "recall",
            GOOD,
            0.9,
            None,
            "metric 'recall' is not measured for this problem; measured: auc, logloss",
        ),
    ],
)
def test_the_gate_closes_and_says_the_figures(
    metric: str,
    measured: dict[str, float],
    threshold: float,
    production: dict[str, float] | None,
    reason: str,
) -> None:
    gate = decide(metric, measured, threshold, NAIVE, production=production, chance=0.002)
    assert gate.passed == 0
    assert gate.reasons == [reason]
    assert math.isfinite(gate.value)
    assert math.isfinite(gate.production_margin)


@pytest.mark.parametrize("chance", [0.02, 1.0, math.nan])
def test_what_chance_reaches_too_closes_the_gate(chance: float) -> None:
    (reason,) = decide("auc", GOOD, 0.9, NAIVE, production=None, chance=chance).reasons
    assert reason.startswith(f"auc 0.95 is what chance reaches with {chance:.2g} of the orders")


def coin_flips(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and the answers of a model that learned nothing."""
    random = np.random.default_rng(seed)
    return random.integers(0, 2, rows).astype(float), random.random(rows)


@pytest.mark.parametrize("rows", [10, 45, 300])
def test_of_a_hundred_models_that_learned_nothing_hardly_one_beats_chance(rows: int) -> None:
    """At most one in a hundred; of two hundred such, six and more have a probability below 2 in 100."""
    passed = sum(chance_of("binary", "auc", *coin_flips(rows, seed), 0) <= ALLOWED for seed in range(200))
    assert passed <= 5


def test_an_auc_that_reaches_a_lenient_threshold_by_luck_does_not_beat_chance() -> None:
    """45 held-out rows: an AUC of 0.645 is nothing, one of 0.9 is something."""
    lucky = next(
        (target, answers)
        for target, answers in (coin_flips(45, seed) for seed in range(1000))
        if 0.64 < measure("binary", target, answers)["auc"] < 0.65
    )
    assert chance_of("binary", "auc", *lucky, 0) > ALLOWED
    target, noise = coin_flips(45, 0)
    assert chance_of("binary", "auc", target, target + 1.2 * noise, 0) <= ALLOWED


@pytest.mark.parametrize(
    ("problem", "metric"),
    [(problem, metric) for problem in PROBLEMS for metric in METRICS[problem]],
)
def test_a_model_that_learned_something_beats_chance_in_every_metric(
    problem: ProblemType, metric: str
) -> None:
    random = np.random.default_rng(0)
    target = random.integers(0, 2 if problem == "binary" else 3, 120).astype(float)
    answers = np.clip(target + 0.4 * random.random(120) - 0.2, 0.05, 0.95 if problem == "binary" else None)
    if problem == "multiclass":
        answers = np.eye(3)[target.astype(int)] * 0.6 + 0.4 / 3
    assert chance_of(problem, metric, target, answers, 0) <= ALLOWED


def test_answers_that_are_all_the_same_are_chance() -> None:
    target, _ = coin_flips(60, 0)
    assert chance_of("binary", "accuracy", target, np.full(60, 0.7), 0) > ALLOWED
    assert chance_of("binary", "auc", np.ones(60), np.linspace(0, 1, 60), 0) == 1.0


def test_what_is_not_a_number_fails_each_condition_of_the_pipeline() -> None:
    for metric in ("auc", "rmse"):
        gate = decide(metric, {metric: math.nan}, 0.0, {metric: 1.0}, production=None, chance=0.002)
        reached = gate.value >= -1e20 if direction(metric) == "higher" else gate.value <= 1e20
        assert not reached
        assert gate.production_margin < 0


def test_answers_that_are_not_numbers_measure_nothing() -> None:
    for problem in PROBLEMS:
        answers = np.full((4, 2) if problem == "multiclass" else 4, np.nan)
        assert all(math.isnan(value) for value in measure(problem, np.array([0, 1, 0, 1]), answers).values())


def test_the_manifest_names_every_version(screening: LocalJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {
        "SOURCE_COMMIT": "c0ffee",
        "IMAGE_URI": "r@sha256:1",
        "PIPELINE_EXECUTION_ARN": "arn:e",
        "DATA_URI": "d",
    }
    assert screening.train() == 0
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert screening.evaluate() == 0
    manifest = json.loads((screening.output("evaluate") / "evaluation" / "manifest.json").read_text())
    assert manifest["source"]["commit"] == "c0ffee"
    assert manifest["image"] == "r@sha256:1"
    assert manifest["pipeline_execution_arn"] == "arn:e"
    assert manifest["data"]["files"][0]["sha256"] == screening.schema()["inputs"][0]["sha256"]
    assert manifest["training"]["hyperparameters"]["max_depth"] == 3
    assert manifest["training"]["libraries"]["xgboost-cpu"] == "3.2.0"
    scripts = Path(__file__).parent.parent / "scripts"
    assert manifest["source"]["scripts"] == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in scripts.glob("*.py")
    }


def archive(path: Path, *members: tarfile.TarInfo, content: bytes = b"x") -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            member.size = len(content) if member.isfile() else 0
            tar.addfile(member, io.BytesIO(content))
    return path


def test_an_archive_cannot_write_outside_its_folder_or_hold_links(tmp_path: Path) -> None:
    link = tarfile.TarInfo("model.ubj")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for member in (tarfile.TarInfo("../outside"), link):
        with pytest.raises(JobError):
            unpack(archive(tmp_path / "model.tar.gz", member), tmp_path / "in")
    assert not (tmp_path / "outside").exists()
    (tmp_path / "junk.tar.gz").write_bytes(b"junk")
    with pytest.raises(JobError, match=r"junk.tar.gz: not a sound tar.gz"):
        unpack(tmp_path / "junk.tar.gz", tmp_path / "in")


def test_a_model_of_another_schema_is_refused(screening: LocalJobs) -> None:
    assert screening.train() == 0
    path = screening.root / "train" / "model" / "schema.json"
    path.write_text(path.read_text().replace('"seed": 0', '"seed": 1'))
    assert screening.evaluate() == 1
    assert "the model was trained with another schema" in screening.failure("evaluate")
