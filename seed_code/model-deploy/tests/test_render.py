"""`python -m deploy render`: which package goes, and what the pipeline is given."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.in_memory_aws import ARTIFACT, GROUP, IMAGE, InMemoryAws, manifest

Run = Callable[..., tuple[int, str, str]]
SOURCE = {"S3Uri": ARTIFACT, "S3DataType": "S3Object", "CompressionType": "Gzip"}


def built(aws: InMemoryAws, name: str) -> Any:
    return json.loads((aws.folder / "build" / name).read_text())


def parameters(aws: InMemoryAws, stage: str) -> dict[str, str]:
    return {p["ParameterKey"]: p["ParameterValue"] for p in built(aws, f"{stage}-parameters.json")}


@pytest.mark.parametrize("value", ["", "none"])
def test_without_a_package_nothing_is_rendered_even_if_one_is_approved(
    aws: InMemoryAws, run: Run, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    aws.register()
    monkeypatch.setenv("MODEL_PACKAGE_ARN", value)
    code, _, error = run("render")
    assert code == 1
    assert "MODEL_PACKAGE_ARN names no model package" in error
    assert "--variables name=ModelPackageArn,value=ARN" in error
    assert not (aws.folder / "build").exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"image": IMAGE.replace("b" * 64, "c" * 64)}, "its image is "),
        (
            {"artifact": "s3://mlops-models/screening/other/model.tar.gz"},
            "its artifact is s3://mlops-models/scr",
        ),
        (
            {"artifact_sha256": "f" * 64},
            "its artifact_sha256 is " + "f" * 64 + "; registered was " + "a" * 64,
        ),
        ({"metric": "accuracy"}, "its metric is accuracy; registered was auc"),
        ({"problem": "regression"}, "its problem is regression; registered was binary"),
    ],
)
def test_a_package_that_was_changed_since_its_registration_is_refused_with_both_values(
    aws: InMemoryAws, run: Run, changed: dict[str, str], words: str
) -> None:
    aws.register(**changed)
    code, _, error = run("render")
    assert (code, words in error) == (1, True), error
    assert "; registered was " in error
    assert not (aws.folder / "build").exists()


def test_a_package_whose_manifest_is_anothers_or_did_not_pass_is_refused(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    closed = {"metric": "auc", "value": 0.5, "gate": {"passed": 0}}
    aws.put_manifest(manifest() | {"model_package_group": "mlops-diabetes", "evaluation": closed})
    code, _, error = run("render")
    assert code == 1
    assert f"its group is {GROUP}; registered was mlops-diabetes" in error
    assert "its training did not pass the quality gate" in error


@pytest.mark.parametrize("document", [[], {}, {**manifest(), "evaluation": {"value": "nan"}}])
def test_a_manifest_that_says_less_than_it_must_is_refused(
    aws: InMemoryAws, run: Run, document: object
) -> None:
    aws.register()
    aws.put_manifest(document)
    code, _, error = run("render")
    assert (code, "not what the training pipeline writes" in error) == (1, True)


@pytest.mark.parametrize(
    "changed",
    [
        {"manifest_uri": "s3://mlops-artifacts/screening/runs/2/evaluation/manifest.json"},
        {"holdout_uri": "s3://mlops-artifacts/screening/runs/2/evaluation"},
        {"holdout_uri": "s3://mlops-artifacts/screening/runs/1/evaluation/other"},
    ],
)
def test_a_package_whose_metadata_lead_to_another_evaluation_is_refused(
    aws: InMemoryAws, run: Run, changed: dict[str, str]
) -> None:
    """Approving may change metadata in the same call: another run's manifest would vouch for its model."""
    aws.register(**changed)
    code, _, error = run("render")
    ((name, value),) = changed.items()
    assert (
        code,
        f"its {name} is {value}; its evaluation is s3://mlops-artifacts/screening/runs/1/" in error,
    ) == (1, True)


CHECKS = {"uri": "s3://mlops-models/screening/checks/x1/checks.json", "sha256": "c" * 64}


def test_what_endpoints_are_checked_with_goes_with_the_package(aws: InMemoryAws, run: Run) -> None:
    aws.register(checks_uri=CHECKS["uri"])
    aws.put_manifest(manifest() | {"checks": CHECKS})
    assert run("render")[0] == 0
    for stage in ("staging", "production"):
        found = parameters(aws, stage)
        assert (found["ChecksUri"], found["ChecksSha256"]) == (CHECKS["uri"], CHECKS["sha256"])


@pytest.mark.parametrize("document", [manifest(), manifest() | {"checks": None}])
def test_a_package_that_was_registered_before_there_were_checks_has_none(
    aws: InMemoryAws, run: Run, document: dict[str, Any]
) -> None:
    aws.register()
    aws.put_manifest(document)
    assert run("render")[0] == 0
    found = parameters(aws, "production")
    assert (found["ChecksUri"], found["ChecksSha256"]) == ("none", "none")


@pytest.mark.parametrize(
    ("metadata_says", "manifest_says"),
    [
        ("s3://mlops-models/screening/checks/x2/checks.json", CHECKS),
        ("s3://mlops-models/screening/checks/x2/checks.json", None),
        (None, CHECKS),
    ],
)
def test_a_package_with_other_checks_than_were_registered_is_refused(
    aws: InMemoryAws, run: Run, metadata_says: str | None, manifest_says: dict[str, str] | None
) -> None:
    """Whoever approves could otherwise have wrong answers called right."""
    aws.register(checks_uri=metadata_says)
    aws.put_manifest(manifest() | {"checks": manifest_says})
    code, _, error = run("render")
    registered = manifest_says["uri"] if manifest_says else "none"
    words = f"its checks_uri is {metadata_says or 'none'}; registered was {registered}"
    assert (code, words in error) == (1, True), error


def test_a_package_without_an_evaluation_of_its_own_is_refused(aws: InMemoryAws, run: Run) -> None:
    aws.register(statistics="")
    code, _, error = run("render")
    assert (code, "it has no model quality statistics" in error) == (1, True)


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (
            {"Environment": {"PYTHONPATH": "/opt/ml/model"}},
            "its environment is {'PYTHONPATH': '/opt/ml/model'}",
        ),
        (
            {"AdditionalS3DataSource": {"S3DataType": "S3Object", "S3Uri": "s3://b/k"}},
            "has AdditionalS3DataSource",
        ),
        ({"ModelDataSource": {"S3DataSource": SOURCE}}, "it has two model artifacts"),
    ],
)
def test_a_container_that_runs_more_than_was_registered_is_refused(
    aws: InMemoryAws, run: Run, added: dict[str, Any], words: str
) -> None:
    aws.register(container=added)
    code, _, error = run("render")
    assert (code, words in error) == (1, True), error


def test_variables_that_the_manifest_names_too_are_deployed(aws: InMemoryAws, run: Run) -> None:
    aws.register(container={"Environment": {"WORKERS": "2"}})
    aws.put_manifest(manifest() | {"environment": {"WORKERS": "2"}})
    assert run("render")[0] == 0


def test_a_missing_manifest_is_named(aws: InMemoryAws, run: Run) -> None:
    elsewhere = "s3://mlops-artifacts/screening/runs/2/evaluation"
    aws.register(
        manifest_uri=f"{elsewhere}/manifest.json",
        holdout_uri=elsewhere,
        statistics=f"{elsewhere}/evaluation.json",
    )
    code, _, error = run("render")
    assert (code, "manifest s3://mlops-artifacts/screening/runs/2" in error) == (1, True)


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
    aws.register(artifact_sha256=None, holdout_uri="nowhere", problem="ranking")
    code, _, error = run("render")
    assert code == 1
    assert "metadata artifact_sha256 is missing" in error
    assert "metadata holdout_uri is 'nowhere'; allowed: an S3 folder" in error
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
    carried = json.loads((aws.folder / "template.json").read_text(encoding="utf-8"))
    for stage in ("staging", "production"):
        assert built(aws, f"{stage}-template.json") == carried
        assert set(parameters(aws, stage)) == set(carried["Parameters"])
        assert parameters(aws, stage)["EndpointName"] == f"mlops-screening-{stage}"


def test_two_renders_of_the_same_release_are_the_same_bytes(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    run("render")
    first = {path.name: path.read_bytes() for path in Path("build").iterdir()}
    run("render")
    assert {path.name: path.read_bytes() for path in Path("build").iterdir()} == first


def deregistering(aws: InMemoryAws, stage: str) -> dict[str, str]:
    found = built(aws, f"{stage}-deregister-parameters.json")
    return {p["ParameterKey"]: p["ParameterValue"] for p in found}


def test_the_first_release_has_nothing_to_deregister(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    assert run("render")[0] == 0
    assert deregistering(aws, "production") == parameters(aws, "production")


def test_another_instance_type_comes_after_the_scaling_was_taken_away(aws: InMemoryAws, run: Run) -> None:
    old = aws.register()
    assert run("render")[0] == 0
    aws.deployed["mlops-screening-production"] = parameters(aws, "production")
    new = aws.register()
    aws.stages["production"] |= {"instanceType": "ml.c5.xlarge", "maxInstanceCount": 3}
    aws.publish()
    assert run("render")[0] == 0
    before, after = deregistering(aws, "production"), parameters(aws, "production")
    assert (before["InstanceType"], before["ModelPackageArn"]) == ("ml.m5.large", old)
    assert before["MaxInstanceCount"] == before["MinInstanceCount"]
    assert (after["InstanceType"], after["ModelPackageArn"]) == ("ml.c5.xlarge", new)
    assert after["MaxInstanceCount"] == "3"


def test_the_same_instance_type_is_released_at_once(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    assert run("render")[0] == 0
    aws.deployed["mlops-screening-staging"] = parameters(aws, "staging")
    aws.register()
    assert run("render")[0] == 0
    assert deregistering(aws, "staging") == parameters(aws, "staging")


@pytest.mark.parametrize("only", ["staging", "production"])
def test_a_project_of_one_stage_is_released_there_alone(aws: InMemoryAws, run: Run, only: str) -> None:
    aws.register()
    aws.stages = {only: aws.stages[only]}
    aws.publish()
    assert run("render")[0] == 0
    assert parameters(aws, only)["Stage"] == only
    (other,) = {"staging", "production"} - {only}
    assert not (aws.folder / "build" / f"{other}-parameters.json").exists()
    code, _, error = run("test", "--stage", other)
    assert code == 1
    assert f"--stage {other}: the release does not go there; its stages: {only}" in error


def test_a_project_without_a_stage_is_refused(aws: InMemoryAws, run: Run) -> None:
    aws.register()
    aws.stages = {}
    aws.publish()
    code, _, error = run("render")
    assert (code, "deploy/stages: no stage; allowed: production or staging, or both" in error) == (1, True)
