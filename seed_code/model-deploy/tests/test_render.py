"""`python -m deploy render`: which package goes, and what the pipeline is given."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.in_memory_aws import GROUP, InMemoryAws

Run = Callable[..., tuple[int, str, str]]


def built(aws: InMemoryAws, name: str) -> Any:
    return json.loads((aws.folder / "build" / name).read_text())


def parameters(aws: InMemoryAws, stage: str) -> dict[str, str]:
    return {p["ParameterKey"]: p["ParameterValue"] for p in built(aws, f"{stage}-parameters.json")}


def test_the_newest_approved_package_goes(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    newest = aws.register()
    aws.register("PendingManualApproval")
    assert run("render")[0] == 0
    assert parameters(aws, "staging")["ModelPackageArn"] == newest
    assert built(aws, "deployment.json")["modelPackageArn"] == newest


@pytest.mark.parametrize("value", ["", "latest"])
def test_a_variable_without_a_package_means_the_newest(
    aws: InMemoryAws, run: Run, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    newest = aws.register()
    monkeypatch.setenv("MODEL_PACKAGE_ARN", value)
    assert run("render")[0] == 0
    assert built(aws, "deployment.json")["modelPackageArn"] == newest


def test_the_package_that_the_pipeline_names_goes_even_if_an_approved_one_is_newer(
    aws: InMemoryAws, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = aws.register()
    aws.register()
    monkeypatch.setenv("MODEL_PACKAGE_ARN", older)
    assert run("render")[0] == 0
    assert parameters(aws, "production")["ModelPackageArn"] == older


@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected"])
def test_a_package_that_is_not_approved_is_refused_with_its_status(
    aws: InMemoryAws, run: Run, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setenv("MODEL_PACKAGE_ARN", aws.register(status))
    code, _, error = run("render")
    assert code == 1
    assert f"its approval status is {status}; allowed: Approved" in error
    assert not (aws.folder / "build").exists()


def test_no_approved_package_says_what_the_group_holds(aws: InMemoryAws, run: Run) -> None:
    aws.register("Rejected")
    aws.register("PendingManualApproval")
    code, _, error = run("render")
    assert code == 1
    assert f"no approved model package in group {GROUP}" in error
    assert "1 PendingManualApproval, 1 Rejected" in error


@pytest.mark.usefixtures("aws")
def test_an_empty_group_says_so(run: Run) -> None:
    code, _, error = run("render")
    assert (code, "no package at all" in error) == (1, True)


def test_a_package_of_another_project_is_refused(
    aws: InMemoryAws, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_PACKAGE_ARN", aws.register())
    aws.put_parameter("registry/group", "mlops-diabetes")
    code, _, error = run("render")
    assert code == 1
    assert "belongs to group 'mlops-screening'; allowed: mlops-diabetes" in error


def test_a_package_that_does_not_exist_is_an_error_without_a_traceback(
    aws: InMemoryAws, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = aws.register().replace("/1", "/99")
    monkeypatch.setenv("MODEL_PACKAGE_ARN", absent)
    code, _, error = run("render")
    assert code == 1
    assert error.startswith(f"error: model package {absent}")


def test_all_gaps_in_the_metadata_are_told_at_once(aws: InMemoryAws, run: Run) -> None:
    aws.register(artifact_sha256=None, holdout_uri="nowhere", metric_value="nan", problem="ranking")
    code, _, error = run("render")
    assert code == 1
    assert "metadata artifact_sha256 is missing" in error
    assert "metadata holdout_uri is 'nowhere'; allowed: an S3 folder" in error
    assert "metadata metric_value is 'nan'; allowed: a finite number" in error
    assert "metadata problem is 'ranking'" in error


def test_a_gate_that_has_no_meaning_for_the_model_is_refused(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    aws.put_parameter("gate/metric", "rmse")
    code, _, error = run("render")
    assert (code, "rmse has no meaning for a binary model" in error) == (1, True)


def test_every_missing_parameter_is_named(aws: InMemoryAws, run: Run) -> None:
    aws.ssm.delete_parameters(Names=[f"{aws.tree}/registry/group", f"{aws.tree}/deploy/stages"])
    code, _, error = run("render")
    assert code == 1
    assert f"SSM parameter {aws.tree}/registry/group is missing" in error
    assert f"SSM parameter {aws.tree}/deploy/stages is missing" in error


def test_wrong_settings_are_refused_before_anything_is_written(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    aws.stages["production"]["maxInstanceCount"] = 0
    aws.publish()
    code, _, error = run("render")
    assert (code, "production.maxInstanceCount is 0" in error) == (1, True)
    assert not (aws.folder / "build").exists()


def test_a_region_that_cannot_read_the_artifact_is_refused(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    aws.stages["production"]["regions"] = ["eu-west-1", "us-east-1"]
    aws.publish()
    code, _, error = run("render")
    assert code == 1
    assert "production.regions has us-east-1; allowed: eu-west-1" in error


def test_without_the_variable_for_the_tree_the_user_is_told_its_name(
    aws: InMemoryAws, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLOPS_PARAMETERS")
    code, _, error = run("render")
    assert (code, "MLOPS_PARAMETERS" in error) == (1, True)
    assert aws.folder.exists()


def test_a_missing_template_is_named(aws: InMemoryAws, run: Run) -> None:
    (aws.folder / "template.json").unlink()
    code, _, error = run("render")
    assert (code, "template.json does not exist" in error) == (1, True)


def test_the_template_is_handed_on_unchanged_with_a_value_for_each_parameter(
    aws: InMemoryAws, run: Run
) -> None:
    aws.register()
    assert run("render")[0] == 0
    assert (aws.folder / "build" / "template.json").read_bytes() == (
        aws.folder / "template.json"
    ).read_bytes()
    for stage in ("staging", "production"):
        assert set(parameters(aws, stage)) == set(built(aws, "template.json")["Parameters"])
        assert parameters(aws, stage)["EndpointName"] == f"mlops-screening-{stage}"


def test_two_renders_of_the_same_release_are_the_same_bytes(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    run("render")
    first = {path.name: path.read_bytes() for path in Path("build").iterdir()}
    run("render")
    assert {path.name: path.read_bytes() for path in Path("build").iterdir()} == first
