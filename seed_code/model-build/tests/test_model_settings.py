"""`model.toml`: what is refused before anything runs, all at once and in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import __main__ as cli
from pipeline.errors import UserError
from pipeline.model import ModelSettings, read_model
from pipeline.ranges import instance_types, parameter_rules, rules

TEXT = (Path(__file__).resolve().parent.parent / "model.toml").read_text(encoding="utf-8")


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "model.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def problems(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(UserError) as refused:
        read_model(written(folder, content))
    return refused.value.problems


def read(folder: Path, content: str | bytes) -> ModelSettings:
    return read_model(written(folder, content))


def test_values_that_a_job_would_refuse_are_refused_when_the_pipeline_is_defined(tmp_path: Path) -> None:
    text = changed(
        ('target = "target"', 'target = ""'),
        ('processing = "ml.m5.large"', 'processing = "m5.large"'),
        ("volume_gb = 30", "volume_gb = 0"),
        ("eta = 0.1", "eta = 5"),
    )
    assert problems(tmp_path, text) == [
        "model.toml: target is ''; allowed: the name of the column to predict",
        "model.toml: instances.processing is 'm5.large'; allowed: an instance type of processing jobs; "
        "did you mean ml.m5.large?",
        "model.toml: instances.volume_gb is 0; allowed: a whole number from 1 to 16384",
        "model.toml: hyperparameters.eta is 5; allowed: a number from 0.0001 to 1",
    ]


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("seed = 0", "seed = -1", "seed"),
        ('data = "training/"', 'data = " "', "data"),
        ('target = "target"', f'target = "{"t" * 248}"', "target"),
        ('training = "ml.m5.large"', 'training = "ml.t2.medium"', "instances.training"),
        ("volume_gb = 30", "volume_gb = 20000", "instances.volume_gb"),
        ("max_runtime_seconds = 3600", "max_runtime_seconds = 0", "training.max_runtime_seconds"),
        ("max_wait_seconds = 7200", "max_wait_seconds = 99999999", "training.max_wait_seconds"),
        ("num_round = 300", "num_round = 0", "hyperparameters.num_round"),
        ("max_depth = 4", "max_depth = 33", "hyperparameters.max_depth"),
        ("subsample = 1.0", "subsample = 0.0", "hyperparameters.subsample"),
        ("lambda = 1.0", "lambda = nan", "hyperparameters.lambda"),
        ("min_child_weight = 1.0", "min_child_weight = inf", "hyperparameters.min_child_weight"),
    ],
)
def test_each_value_has_its_own_range(tmp_path: Path, before: str, after: str, key: str) -> None:
    (problem,) = problems(tmp_path, changed((before, after)))
    assert problem.startswith(f"model.toml: {key} is ")
    assert "; allowed: " in problem


def test_the_bounds_themselves_are_allowed(tmp_path: Path) -> None:
    text = changed(
        ("eta = 0.1", "eta = 1"), ("max_depth = 4", "max_depth = 32"), ("volume_gb = 30", "volume_gb = 1")
    )
    assert read(tmp_path, text).hyperparameters.eta == 1


@pytest.mark.parametrize(
    "target", ["-logp", "price ($)", 'p\\q"r', "größe", "a,b", "'quoted'", "--seed=1", "$(x)"]
)
def test_a_target_may_have_any_characters(tmp_path: Path, target: str) -> None:
    quoted = target.replace("\\", "\\\\").replace('"', '\\"')
    assert read(tmp_path, changed(('target = "target"', f'target = "{quoted}"'))).target == target


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    assert read(tmp_path, TEXT.encode("utf-8-sig")) == read(tmp_path, TEXT)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16"])
def test_another_encoding_is_one_line(tmp_path: Path, encoding: str) -> None:
    (problem,) = problems(tmp_path, changed(('"target"', '"größe"')).encode(encoding))
    assert "model.toml: not UTF-8 (byte " in problem
    assert problem.endswith("save it as UTF-8")


def test_the_same_rules_hold_for_a_single_run() -> None:
    names = ["Eta", "Target", "TrainingInstanceType", "Seed"]
    given = ["Eta=5", "Target=", "TrainingInstanceType=m5.large", "Seed=1.5"]
    with pytest.raises(UserError) as refused:
        cli.parameter_values(given, names)
    assert [problem.split(":")[0] for problem in refused.value.problems] == [f"--set {name}" for name in (
        "Eta", "Target", "TrainingInstanceType", "Seed"
    )]  # fmt: skip
    assert cli.parameter_values(["Eta=0.5", "Target=-logp"], names) == {"Eta": "0.5", "Target": "-logp"}


def test_rules_are_of_keys_and_parameters_that_exist() -> None:
    assert "hyperparameters.num_round" in rules()
    assert {"NumRound", "Eta", "Target", "ProcessingInstanceType"} <= set(parameter_rules())
    assert "ml.m5.large" in instance_types("Training")
    assert "ml.t3.medium" in instance_types("Processing")
