"""The model registry keeps what it is given, answers other accounts by ARN, and announces changes."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.accounts import ACCOUNT, BUCKET, IMAGE, PRODUCTION, REGION, DataScienceAccount

SPECIFICATION = {
    "Containers": [{"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}
METRICS = {
    "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/evaluation.json"}}
}
PROPERTIES = {"artifact_sha256": "abc", "metric": "auc"}


def register(data_science: DataScienceAccount, group: str = "screening", **more: Any) -> str:
    client = data_science.client("sagemaker")
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


def test_a_package_comes_back_as_it_was_registered(data_science: DataScienceAccount) -> None:
    arn = register(data_science)
    found = data_science.client("sagemaker").describe_model_package(ModelPackageName=arn)
    assert found["CustomerMetadataProperties"] == PROPERTIES
    assert found["ModelMetrics"] == METRICS
    assert found["InferenceSpecification"] == SPECIFICATION
    assert found["ModelApprovalStatus"] == "PendingManualApproval"


def test_another_account_reads_and_lists_it_by_arn(data_science: DataScienceAccount) -> None:
    arn = register(data_science)
    other = data_science.cloud.client(data_science.cloud.deployer(PRODUCTION), "sagemaker")
    assert other.describe_model_package(ModelPackageName=arn)["ModelPackageArn"] == arn
    group = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/screening"
    assert other.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupArn"] == group
    assert len(other.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]) == 1
    with pytest.raises(ClientError):
        other.describe_model_package(ModelPackageName="screening")


def test_an_approval_changes_nothing_else_and_is_announced_in_the_registry_account(
    data_science: DataScienceAccount,
) -> None:
    arn = register(data_science)
    data_science.events.clear()
    data_science.client("sagemaker").update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="measured well"
    )
    found = data_science.client("sagemaker").describe_model_package(ModelPackageName=arn)
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "measured well")
    assert found["CustomerMetadataProperties"] == PROPERTIES
    ((account, region, event),) = data_science.events
    assert (account, region, event["source"], event["resources"]) == (ACCOUNT, REGION, "aws.sagemaker", [arn])
    assert event["detail-type"] == "SageMaker Model Package State Change"
    detail = event["detail"]
    assert (detail["ModelPackageGroupName"], detail["ModelApprovalStatus"]) == ("screening", "Approved")
    assert "ModelApprovalStatus" in detail["UpdatedModelPackageFields"]


def test_new_properties_join_the_old_and_leave_the_status(data_science: DataScienceAccount) -> None:
    arn = register(data_science)
    client = data_science.client("sagemaker")
    client.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"note": "x"})
    client.update_model_package(ModelPackageArn=arn, CustomerMetadataPropertiesToRemove=["metric"])
    found = client.describe_model_package(ModelPackageName=arn)
    assert found["CustomerMetadataProperties"] == {"artifact_sha256": "abc", "note": "x"}
    assert found["ModelApprovalStatus"] == "PendingManualApproval"


def test_packages_take_tags(data_science: DataScienceAccount) -> None:
    arn = register(data_science)
    client = data_science.client("sagemaker")
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "project", "Value": "screening"}])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "project", "Value": "screening"}]
