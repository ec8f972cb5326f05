"""Project, data and gate of a journey are judged before anything is built."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rehearsal.journey.data import NoData, example_of
from rehearsal.journey.inputs import JourneyInputs, choose_project, journey_inputs, with_inputs
from rehearsal.options import Options
from rehearsal.plan import PlannedStack
from settings.metrics import Metric, ProblemType
from settings.model import ProjectSettings

GATES: dict[str, dict[str, object]] = {
    "screening": {"metric": "auc", "threshold": 0.95},
    "diabetes": {"metric": "rmse", "threshold": 65},
    "churn": {"metric": "mae", "threshold": 0.5},
}


def project(name: str, stages: Sequence[str] = ("staging", "production")) -> PlannedStack:
    settings = ProjectSettings.model_validate(
        {
            "kind": "project",
            "account": "111111111111",
            "region": "eu-west-1",
            "tags": {"owner": "o", "costCentre": "c", "dataClass": "internal"},
            "id": name,
            "description": "d",
            "stages": list(stages),
            "gate": GATES[name],
        }
        | ({} if "staging" in stages else {"withoutStaging": "No endpoint in production answers anybody yet."})
    )
    return PlannedStack(f"project-{name}", settings, {})


def table(path: Path, target: Iterator[object] | Sequence[object]) -> Path:
    """A CSV file with two features and a target `y`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "y"])
        writer.writerows([number, number % 7, label] for number, label in enumerate(target))
    return path


def inputs(tmp_path: Path, *names: str, **given: object) -> JourneyInputs:
    options = Options(directory=tmp_path, folder=tmp_path / "folder", **given)  # type: ignore[arg-type]
    found = journey_inputs([project(name) for name in names], options)
    assert found is not None
    return found


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    return table(tmp_path / "mine.csv", [number % 2 for number in range(60)])


def test_the_project_is_chosen_by_its_id(tmp_path: Path) -> None:
    assert choose_project(["diabetes", "screening"], None) == "screening"
    assert choose_project(["churn", "diabetes"], None) == "churn"
    assert inputs(tmp_path, "screening", "diabetes", project="diabetes").stack == "project-diabetes"
    with pytest.raises(NoData, match=r"PROJECT=diabtes: .* allowed: screening, diabetes \(did you mean diabetes\?\)"):
        choose_project(["screening", "diabetes"], "diabtes")


def test_own_data_for_a_project_that_is_named_keeps_its_gate(binary: Path, tmp_path: Path) -> None:
    found = inputs(tmp_path, "screening", "diabetes", data=binary, target="y", project="screening")
    assert found.gate.override is None
    assert found.sentence() == (
        f"Project screening; data: {binary} (60 rows, 2 features, binary, 2 classes); "
        "gate: auc at least 0.95, that of project screening"
    )


def test_own_data_for_the_only_project_keeps_its_gate(binary: Path, tmp_path: Path) -> None:
    assert inputs(tmp_path, "screening", data=binary, target="y").gate.override is None


def test_own_data_for_no_project_in_particular_gets_a_lenient_gate_that_is_told(binary: Path, tmp_path: Path) -> None:
    found = inputs(tmp_path, "screening", "diabetes", data=binary, target="y")
    assert found.gate.sentence() == (
        "gate: auc at least 0.6, which any useful model reaches: auc at least 0.95 was set for other data; "
        "PROJECT=screening keeps it"
    )
    configured = with_inputs([project("screening"), project("diabetes")], found)
    assert [dict(stack.config) for stack in configured] == [
        {"mlops-platform:gate": '{"metric": "auc", "threshold": 0.6}'},
        {},
    ]


def test_a_gate_that_does_not_measure_the_data_is_refused(binary: Path, tmp_path: Path) -> None:
    with pytest.raises(NoData, match="gate of project diabetes is rmse at most 65, which is not measured for binary"):
        inputs(tmp_path, "screening", "diabetes", data=binary, target="y", project="diabetes")


def test_the_examples_own_projects_keep_their_gate(tmp_path: Path) -> None:
    assert inputs(tmp_path, "screening").gate.override is None
    assert inputs(tmp_path, "diabetes").gate.override is None


def test_a_teams_project_is_not_judged_by_its_threshold_on_the_examples_data(tmp_path: Path) -> None:
    found = inputs(tmp_path, "churn")
    assert found.gate.sentence() == (
        "gate: r2 at least 0.05, which any useful model reaches: mae at most 0.5 was set for other data; "
        "DATA= and TARGET= bring the project's own"
    )
    assert "diabetes" in found.data.origin


def test_an_example_fits_every_metric() -> None:
    for metric in Metric:
        assert example_of("churn", metric).problem in metric.problem_types


@pytest.mark.parametrize(
    ("classes", "found"), [(2, ProblemType.BINARY), (3, ProblemType.MULTICLASS), (25, ProblemType.MULTICLASS)]
)
def test_classification_is_the_one_that_the_target_needs(classes: int, found: ProblemType, tmp_path: Path) -> None:
    own = table(tmp_path / "mine.csv", [number % classes for number in range(4 * 25)])
    assert inputs(tmp_path, "screening", "diabetes", data=own, target="y", problem="classification").problem is found


@pytest.mark.parametrize(
    ("content", "target", "message"),
    [
        ("", "y", "mine.csv: the file is empty; it needs"),
        ("a,y\n", "y", "the file has a header and no rows"),
        ("a,y\n1,2\n", "Y", "there is no target column 'Y'; did you mean 'y'?"),
        ("a,y\n" + "1,2\n" * 20, "y", "the data has 20 rows; at least 50 are needed"),
        ("a,y\n" + "red,2\n" * 60, "y", "column 'a' holds text in every row"),
        ("a,y\n" + "1,2\n" * 60, "y", "one class only"),
    ],
)
def test_preparation_judges_the_file_and_names_it_once(content: str, target: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(content)
    with pytest.raises(NoData) as caught:
        inputs(tmp_path, "screening", data=path, target=target)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"DATA={path}: ")
    assert str(caught.value).count("mine.csv") == 1


def test_a_problem_that_the_target_does_not_pose_is_refused(tmp_path: Path) -> None:
    own = table(tmp_path / "mine.csv", ["red", "blue"] * 30)
    with pytest.raises(NoData, match="regression needs numbers: correct them, or say PROBLEM=binary"):
        inputs(tmp_path, "screening", data=own, target="y", problem="regression")


def test_a_problem_that_the_examples_data_does_not_pose_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        NoData, match=r"^PROBLEM=binary with scikit-learn's diabetes.*: target 'target' has 214 classes"
    ):
        inputs(tmp_path, "diabetes", problem="binary")


def test_staging_that_is_not_there_cannot_be_spoilt(tmp_path: Path) -> None:
    options = Options(directory=tmp_path, folder=tmp_path, sabotage="serving")
    with pytest.raises(NoData, match="project screening has no staging"):
        journey_inputs([project("screening", ["production"])], options)


def test_what_is_about_a_journey_needs_a_project(tmp_path: Path) -> None:
    assert journey_inputs([], Options(directory=tmp_path, folder=tmp_path)) is None
    with pytest.raises(NoData, match="there is no project stack"):
        journey_inputs([], Options(directory=tmp_path, folder=tmp_path, sabotage="labels"))
