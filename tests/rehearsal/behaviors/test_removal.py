"""What AWS does not delete while something is in it, and what the cleaners do about it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.cleaner import buckets, project
from functions.cleaner.waiting import NotRemoved
from rehearsal.aws.cloud import NotTrusted
from rehearsal.life.suspension import suspended
from tests.functions.cleaner.faults import Clock
from tests.rehearsal.accounts import ACCOUNT, BUCKET, DataScienceAccount

GROUP, PIPELINE = "mlops-screening", "mlops-screening"
EVENT = {
    "stack": "project-screening",
    "group": GROUP,
    "pipeline": PIPELINE,
    "codePipelines": [],
    "builds": [],
    "deleteModels": False,
}


@pytest.fixture
def registry(data_science: DataScienceAccount) -> Any:
    """A group with a model, a training pipeline, and SageMaker's client."""
    client = data_science.client("sagemaker")
    client.create_model_package_group(ModelPackageGroupName=GROUP)
    client.create_model_package(ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved")
    client.create_pipeline(
        PipelineName=PIPELINE,
        PipelineDefinition='{"Version": "2020-12-01", "Steps": []}',
        ClientRequestToken="t" * 32,
        RoleArn="arn:aws:iam::111111111111:role/pipeline",
    )
    return client


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


@pytest.mark.aws_behavior("delete_model_package_group")
def test_a_group_with_models_is_not_deleted(registry: Any) -> None:
    with pytest.raises(ClientError) as error:
        registry.delete_model_package_group(ModelPackageGroupName=GROUP)
    assert code(error) == "ConflictException"


def test_models_that_nobody_agreed_to_lose_stop_a_project_before_anything_is_changed(
    registry: Any, data_science: DataScienceAccount
) -> None:
    with pytest.raises(NotRemoved, match=r"project-screening: .* holds 1 models \(version 1\).*removal\.delete"):
        project.stop(data_science.client, EVENT, Clock().waiting())
    assert registry.list_pipelines()["PipelineSummaries"]
    assert registry.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]


def test_models_go_when_it_was_agreed_and_then_the_group_can(registry: Any, data_science: DataScienceAccount) -> None:
    event = {**EVENT, "deleteModels": True}
    project.stop(data_science.client, event, Clock().waiting())
    project.forget(data_science.client, event, Clock().waiting())
    registry.delete_model_package_group(ModelPackageGroupName=GROUP)
    assert registry.list_pipelines()["PipelineSummaries"] == []


def test_a_project_that_is_gone_already_is_fine(data_science: DataScienceAccount) -> None:
    assert project.stop(data_science.client, EVENT, Clock().waiting()) == []
    assert project.forget(data_science.client, EVENT, Clock().waiting()) == []


@pytest.mark.aws_behavior("pipeline_that_runs_stays")
def test_a_training_pipeline_that_runs_is_not_deleted(registry: Any, data_science: DataScienceAccount) -> None:
    from moto.sagemaker.models import sagemaker_backends

    registry.start_pipeline_execution(PipelineName=PIPELINE, ClientRequestToken="t" * 32)
    pipeline = sagemaker_backends[ACCOUNT][data_science.cloud.region].pipelines[PIPELINE]
    execution = next(iter(pipeline.pipeline_executions.values()))
    deadline = time.monotonic() + 20
    while execution.pipeline_execution_status != "Succeeded" and time.monotonic() < deadline:
        time.sleep(0.01)  # it has no steps, and ends by itself in the background
    execution.pipeline_execution_status = "Executing"
    with pytest.raises(ClientError) as error:
        registry.delete_pipeline(PipelineName=PIPELINE)
    assert code(error) == "ConflictException"


def test_a_bucket_with_versions_is_not_deleted_until_it_was_emptied(data_science: DataScienceAccount) -> None:
    s3 = data_science.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for text in ("first", "second"):
        data_science.put("data.csv", text)
    s3.delete_object(Bucket=BUCKET, Key="data.csv")
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket=BUCKET)
    assert code(error) == "BucketNotEmpty"
    assert buckets.some_versions(s3, BUCKET) == "3 versions of objects"
    assert buckets.empty(s3, BUCKET, Clock().waiting()) == 3
    s3.delete_bucket(Bucket=BUCKET)


@pytest.mark.aws_behavior("suspended_account_lets_nobody_in")
def test_nobody_enters_an_account_that_is_suspended(data_science: DataScienceAccount) -> None:
    role = data_science.roles[next(iter(data_science.roles))]
    with suspended(ACCOUNT), pytest.raises(NotTrusted, match=f"account {ACCOUNT} is suspended"):
        data_science.cloud.service_assume(role, service="sagemaker.amazonaws.com", session="s")
    data_science.cloud.service_assume(role, service="sagemaker.amazonaws.com", session="s")
