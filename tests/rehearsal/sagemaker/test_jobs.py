"""Jobs really run, as their role, from their VPC."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest

from rehearsal.sagemaker.steps.processing import PROCESSING_JOB
from rehearsal.sagemaker.steps.training import TRAINING_JOB
from tests.rehearsal.accounts import ACCOUNT, BUCKET, AccountRoleName, DataScienceAccount, requests_of

WRITE = """
import json, os, pathlib, sys
root = pathlib.Path(os.environ["ML_ROOT"])
config = json.loads((root / "config" / "processingjobconfig.json").read_text())
(root / "output").mkdir(exist_ok=True)
(root / "output" / "message").write_text("all is well")
target = root / "processing" / "output" / "out"
(target / "answer.json").write_text(json.dumps({
    "job": config["ProcessingJobName"], "arguments": sys.argv[1:], "colour": os.environ.get("COLOUR"),
    "variables": sorted(os.environ), "numpy": __import__("numpy").__version__}))
print("hello from the job")
"""
FAIL = """
import os, pathlib, sys
folder = pathlib.Path(os.environ["ML_ROOT"]) / "output"
folder.mkdir(exist_ok=True)
(folder / "failure").write_text("column `age` has text in row 3")
sys.exit(1)
"""
ASK = """
import boto3
print("caller", boto3.client("s3").list_objects_v2(Bucket="mlops-artifacts")["KeyCount"])
"""
ASK_ANOTHER = "import boto3\nboto3.client('kms').list_keys()\n"
TRAIN = """
import json, os, pathlib
root = pathlib.Path(os.environ["ML_ROOT"])
given = json.loads((root / "input" / "config" / "hyperparameters.json").read_text())
access = sorted(name for name in os.environ if "AWS_A" in name)
(root / "model" / "model.json").write_text(json.dumps({"given": given, "aws": access}))
print("round 1 auc=0.5")
print("round 2 auc=0.91")
"""
REACH = """
import socket
socket.create_connection(("127.0.0.1", %d), timeout=2)
"""


def process(data_science: DataScienceAccount, script: str, name: str = "job-1", **more: Any) -> dict[str, Any]:
    client = data_science.client("sagemaker")
    client.create_processing_job(ProcessingJobName=name, **data_science.processing(script, **more))
    assert client.describe_processing_job(ProcessingJobName=name)["ProcessingJobStatus"] == "InProgress"
    data_science.sagemaker.jobs.run(PROCESSING_JOB, ACCOUNT, name)
    described: dict[str, Any] = client.describe_processing_job(ProcessingJobName=name)
    return described


def train(data_science: DataScienceAccount, script: str, name: str = "train-1", **more: Any) -> dict[str, Any]:
    client = data_science.client("sagemaker")
    client.create_training_job(TrainingJobName=name, **data_science.training(script, **more))
    data_science.sagemaker.jobs.run(TRAINING_JOB, ACCOUNT, name)
    described: dict[str, Any] = client.describe_training_job(TrainingJobName=name)
    return described


def test_a_processing_job_reads_and_writes_s3_as_its_role_through_the_endpoint_of_its_vpc(
    data_science: DataScienceAccount,
) -> None:
    job = process(data_science, WRITE, Environment={"COLOUR": "blue"})
    assert (job["ProcessingJobStatus"], job["ExitMessage"]) == ("Completed", "all is well")
    answer = json.loads(data_science.read("out/answer.json"))
    assert (answer["job"], answer["colour"]) == ("job-1", "blue")
    head = data_science.client("s3").head_object(Bucket=BUCKET, Key="out/answer.json")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", data_science.key)
    objects = [line for line in requests_of(data_science, AccountRoleName.JOB) if line.service == "s3"]
    assert {"ListObjectsV2", "GetObject", "PutObject"} <= {line.operation for line in objects}
    assert all(line.endpoint and line.endpoint.startswith("vpce-") for line in objects)


def test_a_job_sees_nothing_of_this_process_but_the_contract(
    data_science: DataScienceAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_LAPTOP", "x")
    process(data_science, WRITE)
    variables = json.loads(data_science.read("out/answer.json"))["variables"]
    assert "SECRET_OF_THE_LAPTOP" not in variables
    assert {"ML_ROOT", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"} <= set(variables)


def test_what_a_job_prints_is_in_cloudwatch_logs(data_science: DataScienceAccount) -> None:
    process(data_science, WRITE)
    answer = data_science.client("logs").get_log_events(
        logGroupName="/aws/sagemaker/ProcessingJobs", logStreamName="job-1/algo-1"
    )
    assert [event["message"] for event in answer["events"]] == ["hello from the job"]


def test_a_failing_script_says_its_own_reason(data_science: DataScienceAccount) -> None:
    job = process(data_science, FAIL)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: column `age` has text in row 3, exit code: 1"
    assert data_science.keys("out") == []


def test_a_script_asks_aws_as_the_job_role_from_inside_the_vpc(data_science: DataScienceAccount) -> None:
    assert process(data_science, ASK)["ProcessingJobStatus"] == "Completed"
    requests = [line for line in requests_of(data_science, AccountRoleName.JOB) if line.operation == "ListObjectsV2"]
    assert len(requests) == 2
    assert all(line.endpoint for line in requests)


def test_a_script_cannot_reach_a_service_that_its_vpc_has_no_endpoint_for(data_science: DataScienceAccount) -> None:
    job = process(data_science, ASK_ANOTHER)
    assert job["ProcessingJobStatus"] == "Failed"
    assert "has no endpoint com.amazonaws.eu-west-1.kms" in job["FailureReason"]


def test_a_job_without_its_input_fails_and_names_the_address(data_science: DataScienceAccount) -> None:
    arguments = data_science.processing(WRITE)
    arguments["ProcessingInputs"][0]["S3Input"]["S3Uri"] = f"s3://{BUCKET}/nothing"
    data_science.client("sagemaker").create_processing_job(ProcessingJobName="empty", **arguments)
    outcome = data_science.sagemaker.jobs.run(PROCESSING_JOB, ACCOUNT, "empty")
    assert (outcome.status, outcome.reason[:70]) == (
        "Failed",
        f"ClientError: no S3 objects found under s3://{BUCKET}/nothing: check the add"[:70],
    )


def test_a_role_that_does_not_trust_sagemaker_cannot_run_a_job(data_science: DataScienceAccount) -> None:
    from tests.rehearsal.accounts import make_role

    other = make_role(data_science.cloud, data_science.deployer, "other", "lambda.amazonaws.com")
    job = process(data_science, WRITE, RoleArn=other)
    assert "does not trust sagemaker.amazonaws.com" in job["FailureReason"]


def test_a_job_that_takes_too_long_is_stopped(data_science: DataScienceAccount) -> None:
    job = process(data_science, "import time; time.sleep(60)", StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert job["ProcessingJobStatus"] == "Stopped"
    assert "MaxRuntimeInSeconds" in job["FailureReason"]


def test_a_training_job_leaves_its_model_and_its_metrics(data_science: DataScienceAccount) -> None:
    job = train(data_science, TRAIN)
    assert job["TrainingJobStatus"] == "Completed"
    assert [(m["MetricName"], round(m["Value"], 2)) for m in job["FinalMetricDataList"]] == [("auc", 0.91)]
    address = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert address == f"s3://{BUCKET}/models/train-1/output/model.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(data_science.read("models/train-1/output/model.tar.gz"))) as tar:
        member = tar.extractfile("model.json")
        assert member is not None
        assert json.load(member) == {"given": {"max_depth": "3"}, "aws": []}


def test_the_same_training_gives_the_same_archive(data_science: DataScienceAccount) -> None:
    train(data_science, TRAIN, "first")
    train(data_science, TRAIN, "second")
    first, second = (data_science.read(f"models/{name}/output/model.tar.gz") for name in ("first", "second"))
    assert first == second


def test_network_isolation_leaves_nothing_to_reach(data_science: DataScienceAccount) -> None:
    port = int(data_science.cloud.endpoint_url.rpartition(":")[2])
    isolated = train(data_science, REACH % port, "isolated")
    open_ = train(data_science, REACH % port, "open", EnableNetworkIsolation=False)
    assert (isolated["TrainingJobStatus"], open_["TrainingJobStatus"]) == ("Failed", "Completed")


def test_a_job_on_two_instances_is_refused_by_name(data_science: DataScienceAccount) -> None:
    resources = {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
    job = train(data_science, TRAIN, ResourceConfig=resources)
    assert "InstanceCount is 2" in job["FailureReason"]
