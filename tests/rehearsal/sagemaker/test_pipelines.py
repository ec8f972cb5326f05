"""Pipelines run from their uploaded definition, with the pipeline role's rights."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.rehearsal.accounts import ACCOUNT, BUCKET, IMAGE, REGION, AccountRoleName, DataScienceAccount, requests_of

PREPARE = """
import json, os, pathlib
out = pathlib.Path(os.environ["ML_ROOT"]) / "processing" / "output" / "out"
(out / "report.json").write_text(json.dumps({"auc": {"value": 0.93}, "sha": "abc"}))
"""
TRAIN = """
import os, pathlib
(pathlib.Path(os.environ["ML_ROOT"]) / "model" / "model.ubj").write_bytes(b"a model")
"""
GET_AUC = {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.evaluate.PropertyFiles.Report"}, "Path": "auc.value"}}


def definition(data_science: DataScienceAccount, **changes: Any) -> dict[str, Any]:
    """prepare+evaluate -> train -> gate -> register | fail."""
    evaluate = {
        "Name": "evaluate",
        "Type": "Processing",
        "Arguments": data_science.processing(PREPARE),
        "PropertyFiles": [{"PropertyFileName": "Report", "OutputName": "out", "FilePath": "report.json"}],
        **changes,
    }
    train = {"Name": "train", "Type": "Training", "Arguments": data_science.training(TRAIN)}
    container = {"Image": IMAGE, "ModelDataUrl": {"Get": "Steps.train.ModelArtifacts.S3ModelArtifacts"}}
    register = {
        "Name": "register",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": "screening",
            "ModelApprovalStatus": "PendingManualApproval",
            "InferenceSpecification": {
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            "CustomerMetadataProperties": {"run": {"Get": "Execution.PipelineExecutionId"}, "problem": "binary"},
        },
    }
    message = {"Std:Join": {"On": " ", "Values": ["auc", GET_AUC, "is below", {"Get": "Parameters.Threshold"}]}}
    fail = {"Name": "refuse", "Type": "Fail", "Arguments": {"ErrorMessage": message}}
    holds = {"Type": "GreaterThanOrEqualTo", "LeftValue": GET_AUC, "RightValue": {"Get": "Parameters.Threshold"}}
    gate = {
        "Name": "gate",
        "Type": "Condition",
        "DependsOn": ["train"],
        "Arguments": {"Conditions": [holds], "IfSteps": [register], "ElseSteps": [fail]},
    }
    parameters = [{"Name": "Threshold", "Type": "Float", "DefaultValue": 0.9}]
    return {"Version": "2020-12-01", "Parameters": parameters, "Steps": [gate, train, evaluate]}


def upload(data_science: DataScienceAccount, document: Any) -> None:
    client = data_science.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName="screening")
    client.create_pipeline(
        PipelineName="train",
        PipelineDefinition=json.dumps(document),
        RoleArn=data_science.roles[AccountRoleName.PIPELINE],
        ClientRequestToken="x" * 32,
    )


def start(data_science: DataScienceAccount, **parameters: str) -> dict[str, Any]:
    client = data_science.client("sagemaker")
    values = [{"Name": name, "Value": value} for name, value in parameters.items()]
    arn = client.start_pipeline_execution(PipelineName="train", PipelineParameters=values, ClientRequestToken="y" * 32)[
        "PipelineExecutionArn"
    ]
    assert data_science.sagemaker.pipelines.wait(arn, 60)
    described: dict[str, Any] = client.describe_pipeline_execution(PipelineExecutionArn=arn)
    return described


def steps(data_science: DataScienceAccount, execution: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = data_science.client("sagemaker").list_pipeline_execution_steps(
        PipelineExecutionArn=execution["PipelineExecutionArn"], SortOrder="Ascending"
    )
    return {step["StepName"]: step for step in answer["PipelineExecutionSteps"]}


def test_a_run_above_the_threshold_registers_the_trained_model(data_science: DataScienceAccount) -> None:
    upload(data_science, definition(data_science))
    execution = start(data_science)
    assert (execution["PipelineExecutionStatus"], execution.get("FailureReason")) == ("Succeeded", None)
    done = steps(data_science, execution)
    assert [(name, step["StepStatus"]) for name, step in done.items()] == [
        (name, "Succeeded") for name in ("train", "evaluate", "gate", "register")
    ]
    assert done["gate"]["Metadata"]["Condition"]["Outcome"] == "True"
    package = data_science.client("sagemaker").describe_model_package(
        ModelPackageName=done["register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    job = done["train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    (container,) = package["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"] == f"s3://{BUCKET}/models/{job}/output/model.tar.gz"
    assert container["ModelDataUrl"].removeprefix(f"s3://{BUCKET}/") in data_science.keys("models")
    execution_id = execution["PipelineExecutionArn"].rpartition("/")[2]
    assert package["CustomerMetadataProperties"] == {"run": execution_id, "problem": "binary"}
    assert package["ModelApprovalStatus"] == "PendingManualApproval"


def test_a_run_below_the_threshold_fails_with_the_figures_and_registers_nothing(
    data_science: DataScienceAccount,
) -> None:
    upload(data_science, definition(data_science))
    execution = start(data_science, Threshold="0.95")
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert execution["FailureReason"] == "auc 0.93 is below 0.95"
    done = steps(data_science, execution)
    assert done["refuse"]["Metadata"]["Fail"]["ErrorMessage"] == "auc 0.93 is below 0.95"
    client = data_science.client("sagemaker")
    assert client.list_model_packages(ModelPackageGroupName="screening")["ModelPackageSummaryList"] == []


def test_the_service_asks_with_the_pipeline_role_from_outside_the_vpc(data_science: DataScienceAccount) -> None:
    upload(data_science, definition(data_science))
    start(data_science)
    requests = requests_of(data_science, AccountRoleName.PIPELINE)
    operations = {line.operation for line in requests}
    assert {"CreateProcessingJob", "CreateTrainingJob", "CreateModelPackage", "AddTags", "GetObject"} == {
        name for name in operations if not name.startswith("Describe")
    }
    assert {line.endpoint for line in requests} == {None}
    (read,) = [line for line in requests if line.operation == "GetObject"]
    assert read.resource == f"arn:aws:s3:::{BUCKET}/out/report.json"


def test_a_failing_job_fails_the_run_with_its_reason(data_science: DataScienceAccount) -> None:
    upload(data_science, definition(data_science, Arguments=data_science.processing("raise SystemExit('no rows')")))
    execution = start(data_science)
    assert execution["FailureReason"] == "Step evaluate failed: AlgorithmError: no rows, exit code: 1"
    assert "gate" not in steps(data_science, execution)


def test_an_unknown_step_type_fails_the_run_before_it_starts_a_job(data_science: DataScienceAccount) -> None:
    document = definition(data_science)
    document["Steps"].append({"Name": "tune", "Type": "Tuning", "Arguments": {}})
    upload(data_science, document)
    execution = start(data_science)
    assert "step tune is of type Tuning; known are" in execution["FailureReason"]
    assert steps(data_science, execution) == {}


def test_an_argument_that_the_api_does_not_take_fails_the_step(data_science: DataScienceAccount) -> None:
    upload(data_science, definition(data_science, Arguments={**data_science.processing(PREPARE), "Colour": "blue"}))
    assert 'Unknown parameter in input: "Colour"' in start(data_science)["FailureReason"]


def test_a_cached_step_is_not_run_again_while_it_is_fresh(data_science: DataScienceAccount) -> None:
    upload(data_science, definition(data_science, CacheConfig={"Enabled": True, "ExpireAfter": "P30D"}))
    first = start(data_science)
    second = steps(data_science, start(data_science))
    assert second["evaluate"]["CacheHitResult"] == {"SourcePipelineExecutionArn": first["PipelineExecutionArn"]}
    assert "CacheHitResult" not in second["train"]
    assert len(data_science.client("sagemaker").list_processing_jobs()["ProcessingJobSummaries"]) == 1


def test_a_service_fault_is_tried_again_as_the_policy_says(data_science: DataScienceAccount) -> None:
    failures = iter([503, 503])

    def fault(_actor: Any, _question: Any, _request: Any) -> Any:
        status = next(failures, None)
        return None if status is None else (status, {}, b'{"__type": "ServiceUnavailable"}')

    data_science.cloud.handlers["sagemaker:CreateProcessingJob"] = fault
    waits: list[float] = []
    data_science.sagemaker.pipelines._sleep = waits.append
    policy = {"ExceptionType": ["Step.SERVICE_FAULT"], "IntervalSeconds": 2, "BackoffRate": 3.0, "MaxAttempts": 5}
    upload(data_science, definition(data_science, RetryPolicies=[policy]))
    execution = start(data_science)
    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert waits == [2, 6]
    assert steps(data_science, execution)["evaluate"]["AttemptCount"] == 3


def test_a_fault_that_no_policy_names_fails_at_once(data_science: DataScienceAccount) -> None:
    data_science.cloud.handlers["sagemaker:CreateProcessingJob"] = lambda *_: (503, {}, b"{}")
    upload(data_science, definition(data_science))
    assert start(data_science)["PipelineExecutionStatus"] == "Failed"


def test_a_run_can_be_stopped_with_the_job_that_it_runs(
    data_science: DataScienceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(
        data_science,
        definition(data_science, Arguments=data_science.processing("import time; print('x'); time.sleep(50)")),
    )
    client = data_science.client("sagemaker")
    waiting: list[str] = []

    def on_step(name: str, status: str, _detail: str) -> None:
        if (name, status) == ("evaluate", "Executing"):
            waiting.append(name)
            client.stop_pipeline_execution(PipelineExecutionArn=execution_arn[0], ClientRequestToken="z" * 32)

    data_science.sagemaker.on_step = on_step
    execution_arn = [f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/train/execution/none"]
    original = data_science.sagemaker.pipelines.start

    def remember(account: str, region: str, arn: str, *rest: Any) -> None:
        execution_arn[0] = arn
        original(account, region, arn, *rest)

    monkeypatch.setattr(data_science.sagemaker.pipelines, "start", remember)
    execution = start(data_science)
    assert waiting == ["evaluate"]
    assert execution["PipelineExecutionStatus"] == "Stopped"
    assert steps(data_science, execution)["evaluate"]["StepStatus"] == "Stopped"


def test_a_run_that_a_child_process_starts_over_loopback_runs_in_the_background(
    data_science: DataScienceAccount,
) -> None:
    upload(data_science, definition(data_science))
    script = """
import boto3, time
client = boto3.client("sagemaker")
arn = client.start_pipeline_execution(PipelineName="train", ClientRequestToken="c" * 32)["PipelineExecutionArn"]
status = "Executing"
while status == "Executing":
    time.sleep(0.1)
    status = client.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
steps = client.list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
print(status, ",".join(step["StepName"] for step in steps))
"""
    environment = {"PATH": "/usr/bin:/bin", **data_science.deployer.environment(data_science.cloud.endpoint_url)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "Succeeded register,gate,evaluate,train", done.stderr


def test_a_run_announces_its_status(data_science: DataScienceAccount) -> None:
    upload(data_science, definition(data_science))
    execution = start(data_science)
    title = "SageMaker Model Building Pipeline Execution Status Change"
    events = [event for _, _, event in data_science.events if event["detail-type"] == title]
    assert [event["detail"]["currentPipelineExecutionStatus"] for event in events] == ["Executing", "Succeeded"]
    assert events[0]["detail"]["pipelineExecutionArn"] == execution["PipelineExecutionArn"]


@pytest.mark.parametrize("text", ["not json", '{"Version": "2019-01-01", "Steps": []}'])
def test_a_definition_that_is_none_fails_the_run(data_science: DataScienceAccount, text: str) -> None:
    client = data_science.client("sagemaker")
    role = data_science.roles[AccountRoleName.PIPELINE]
    client.create_pipeline(PipelineName="train", PipelineDefinition=text, RoleArn=role, ClientRequestToken="x" * 32)
    assert start(data_science)["PipelineExecutionStatus"] == "Failed"
