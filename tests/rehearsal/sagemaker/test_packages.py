"""The model registry keeps what it is told, answers other accounts by ARN, and announces changes."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.accounts import ACCOUNT, BUCKET, IMAGE, PRODUCTION, REGION
from tests.rehearsal.conftest import World

SPECIFICATION = {
    "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}
METRICS = {
    "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/evaluation.json"}}
}
PROPERTIES = {"artifact_sha256": "abc", "metric": "auc"}


def register(world: World, group: str = "screening", **more: Any) -> str:
    client = world.client("sagemaker")
    if not client.list_model_package_groups()["ModelPackageGroupSummaryList"]:
        client.create_model_package_group(ModelPackageGroupName="screening")
    answer = client.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification=SPECIFICATION,
        ModelMetrics=METRICS,
        CustomerMetadataProperties=PROPERTIES,
        ModelApprovalStatus="PendingManualApproval",
        **more,
    )
    return str(answer["ModelPackageArn"])


def test_a_package_comes_back_as_it_was_registered(world: World) -> None:
    arn = register(world)
    found = world.client("sagemaker").describe_model_package(ModelPackageName=arn)
    assert found["CustomerMetadataProperties"] == PROPERTIES
    assert found["ModelMetrics"] == METRICS
    assert found["InferenceSpecification"] == SPECIFICATION
    assert found["ModelApprovalStatus"] == "PendingManualApproval"


def test_another_account_reads_and_lists_it_by_arn(world: World) -> None:
    arn = register(world)
    other = world.cloud.client(world.cloud.deployer(PRODUCTION), "sagemaker")
    assert other.describe_model_package(ModelPackageName=arn)["ModelPackageArn"] == arn
    group = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/screening"
    assert other.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupArn"] == group
    assert len(other.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]) == 1
    with pytest.raises(ClientError):
        other.describe_model_package(ModelPackageName="screening")


def test_an_approval_changes_nothing_else_and_is_announced_in_the_registry_account(world: World) -> None:
    arn = register(world)
    world.events.clear()
    world.client("sagemaker").update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="measured well"
    )
    found = world.client("sagemaker").describe_model_package(ModelPackageName=arn)
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "measured well")
    assert found["CustomerMetadataProperties"] == PROPERTIES
    ((account, region, event),) = world.events
    assert (account, region, event["source"], event["resources"]) == (ACCOUNT, REGION, "aws.sagemaker", [arn])
    assert event["detail-type"] == "SageMaker Model Package State Change"
    detail = event["detail"]
    assert (detail["ModelPackageGroupName"], detail["ModelApprovalStatus"]) == ("screening", "Approved")
    assert "ModelApprovalStatus" in detail["UpdatedModelPackageFields"]


def test_new_properties_join_the_old_and_leave_the_status(world: World) -> None:
    arn = register(world)
    client = world.client("sagemaker")
    client.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"note": "x"})
    client.update_model_package(ModelPackageArn=arn, CustomerMetadataPropertiesToRemove=["metric"])
    found = client.describe_model_package(ModelPackageName=arn)
    assert found["CustomerMetadataProperties"] == {"artifact_sha256": "abc", "note": "x"}
    assert found["ModelApprovalStatus"] == "PendingManualApproval"


def test_packages_take_tags(world: World) -> None:
    arn = register(world)
    client = world.client("sagemaker")
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "project", "Value": "screening"}])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "project", "Value": "screening"}]
