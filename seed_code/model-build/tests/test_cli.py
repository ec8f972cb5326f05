"""The commands, against an in-memory AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from pipeline import __main__ as cli
from pipeline.code import tree, tree_hash
from pipeline.execution import data_version, follow

pytestmark = pytest.mark.slow

PARAMETERS = json.loads((Path(__file__).parent / "parameters.json").read_text())
ROOT = "/mlops/dev/projects/screening"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("MLOPS_PARAMETERS", ROOT)
    monkeypatch.setenv("CODEBUILD_RESOLVED_SOURCE_VERSION", "c0ffee")
    with mock_aws():
        ssm, s3 = boto3.client("ssm"), boto3.client("s3")
        for name, value in PARAMETERS.items():
            ssm.put_parameter(Name=f"{ROOT}/{name}", Value=value, Type="String")
        for bucket in ("mlops-dev-data", "mlops-dev-artifacts"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="mlops-dev-data", Key="screening/training/data.csv", Body=b"a,target\n1,0\n")
        yield


@pytest.mark.usefixtures("aws")
def test_upsert_uploads_the_scripts_encrypted_and_publishes_what_names_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["upsert"]) == 0
    described = boto3.client("sagemaker").describe_pipeline(PipelineName="mlops-screening")
    assert described["RoleArn"] == PARAMETERS["roles/pipeline"]
    prefix = f"screening/code/{tree_hash(tree())}/"
    assert f"s3://mlops-dev-artifacts/{prefix}" in described["PipelineDefinition"]
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket="mlops-dev-artifacts", Prefix=prefix)["Contents"]
    assert {each["Key"].removeprefix(prefix) for each in listed} == set(tree())
    head = s3.head_object(Bucket="mlops-dev-artifacts", Key=f"{prefix}train.py")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", PARAMETERS["keys/data"])
    assert cli.main(["upsert"]) == 0
    assert capsys.readouterr().err == ""
    assert len(boto3.client("sagemaker").list_pipelines()["PipelineSummaries"]) == 1


@pytest.mark.usefixtures("aws")
def test_run_starts_the_pipeline_on_the_data_as_it_is_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["upsert"]) == 0
    assert cli.main(["run", "--set", "Target=diagnosis"]) == 0
    arn = capsys.readouterr().out.split("execution ")[1].strip()
    given = boto3.client("sagemaker").list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)
    values = {each["Name"]: each["Value"] for each in given["PipelineParameters"]}
    version = data_version(boto3.client("s3"), "s3://mlops-dev-data/screening/training/")
    assert values == {"Target": "diagnosis", "DataVersion": version}


@pytest.mark.usefixtures("aws")
def test_changed_data_has_another_version() -> None:
    s3 = boto3.client("s3")
    uri = "s3://mlops-dev-data/screening/training/"
    before = data_version(s3, uri)
    assert data_version(s3, uri) == before
    s3.put_object(Bucket="mlops-dev-data", Key="screening/training/data.csv", Body=b"a,target\n2,0\n")
    assert data_version(s3, uri) != before


@pytest.mark.usefixtures("aws")
def test_run_before_upsert_without_data_or_with_a_wrong_name_is_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["run"]) == 1
    assert "pipeline mlops-screening does not exist yet; run upsert first" in capsys.readouterr().err
    assert cli.main(["upsert"]) == 0
    assert cli.main(["run", "--set", "Treshold=1", "--set", "Target"]) == 1
    error = capsys.readouterr().err
    assert "--set Treshold: the pipeline has no such parameter; did you mean" in error
    assert "--set Target: write it as Name=value" in error
    assert cli.main(["run", "--set", "DataUri=s3://mlops-dev-data/nothing/"]) == 1
    assert "s3://mlops-dev-data/nothing/: no object there ends in .csv" in capsys.readouterr().err


@pytest.mark.usefixtures("aws")
def test_missing_parameters_are_all_named(capsys: pytest.CaptureFixture[str]) -> None:
    ssm = boto3.client("ssm")
    for name in ("keys/models", "registry/group"):
        ssm.delete_parameter(Name=f"{ROOT}/{name}")
    assert cli.main(["upsert"]) == 1
    error = capsys.readouterr().err
    assert f"{ROOT}/keys/models: missing" in error
    assert f"{ROOT}/registry/group: missing" in error
    assert "Traceback" not in error


class ScriptedExecution:
    """A service whose execution ends after some looks."""

    def __init__(self, status: str, looks: list[list[dict[str, Any]]]) -> None:
        self.status, self.looks, self.look = status, looks, -1

    def describe_pipeline_execution(self, **_: str) -> dict[str, str]:
        self.look += 1
        last = self.look == len(self.looks) - 1
        return {"PipelineExecutionStatus": self.status if last else "Executing"}

    def get_paginator(self, _: str) -> ScriptedExecution:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"PipelineExecutionSteps": [step]} for step in self.looks[self.look]]


def step(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {"StepName": name, "StepStatus": status, **more}


def test_following_says_each_change_once() -> None:
    reported: list[str] = []
    looks = [[step("Prepare", "Executing")]] * 3 + [
        [step("Prepare", "Succeeded"), step("Train", "Succeeded")]
    ]
    assert follow(ScriptedExecution("Succeeded", looks), "arn", reported.append, 0) is None
    assert [line.split() for line in reported] == [
        ["Prepare", "Executing"],
        ["Prepare", "Succeeded"],
        ["Train", "Succeeded"],
    ]


def test_a_failed_gate_is_the_reason_that_is_shown() -> None:
    message = "The gate is closed: auc 0.51; threshold 0.9"
    failed = step("GateClosed", "Failed", Metadata={"Fail": {"ErrorMessage": message}})
    assert (
        follow(ScriptedExecution("Failed", [[failed]]), "arn", lambda _: None, 0) == f"GateClosed: {message}"
    )


def test_a_failed_job_is_the_reason_that_is_shown() -> None:
    failed = step("Prepare", "Failed", FailureReason="ClientError: the file is empty")
    found = follow(ScriptedExecution("Failed", [[failed]]), "arn", lambda _: None, 0)
    assert found == "Prepare: ClientError: the file is empty"


@pytest.mark.usefixtures("aws")
def test_interrupting_leaves_the_execution_and_says_how_to_stop_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["upsert"]) == 0

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.execution.follow", interrupt)
    assert cli.main(["run", "--wait"]) == 130
    assert "aws sagemaker stop-pipeline-execution --pipeline-execution-arn arn:" in capsys.readouterr().err
