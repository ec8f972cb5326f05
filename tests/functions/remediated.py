"""Descriptions of conforming resources, as SageMaker gives them, and events that name them."""

from __future__ import annotations

from typing import Any

from catalog.compute import watched_calls
from functions.remediator import resource_kinds
from functions.remediator.remediator import RemediatorConfig
from functions.remediator.rules import Rules

KEY = "arn:aws:kms:eu-west-1:111111111111:key/1111"
TOPIC = "arn:aws:sns:eu-west-1:111111111111:mlops-foundation-alarms"
VPC = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10, "VolumeKmsKeyId": KEY}
RULES = Rules(
    instance_types=frozenset({"ml.m5.large", "ml.t3.medium", "ml.g5.xlarge"}), on_own_disks=frozenset({"ml.g5.xlarge"})
)
CONFIG = RemediatorConfig(rules=RULES, topic=TOPIC, prefix="mlops", denied_calls=frozenset(watched_calls()))

TRAINING = {
    "VpcConfig": VPC,
    "ResourceConfig": CLUSTER,
    "OutputDataConfig": {"S3OutputPath": "s3://models/one", "KmsKeyId": KEY},
    "EnableInterContainerTrafficEncryption": True,
}
CONFORMING: dict[str, dict[str, Any]] = {
    resource_kinds.TRAINING.resource: TRAINING,
    resource_kinds.PROCESSING.resource: {
        "NetworkConfig": {"VpcConfig": VPC, "EnableInterContainerTrafficEncryption": True},
        "ProcessingResources": {"ClusterConfig": CLUSTER},
        "ProcessingOutputConfig": {"Outputs": [], "KmsKeyId": KEY},
    },
    resource_kinds.TRANSFORM.resource: {
        "ModelName": "one",
        "TransformResources": CLUSTER,
        "TransformOutput": {"S3OutputPath": "s3://models/one", "KmsKeyId": KEY},
    },
    resource_kinds.TUNING.resource: {"TrainingJobDefinition": TRAINING},
    resource_kinds.AUTOML.resource: {
        "SecurityConfig": {
            "VpcConfig": VPC,
            "VolumeKmsKeyId": KEY,
            "EnableInterContainerTrafficEncryption": True,
        },
        "OutputDataConfig": {"S3OutputPath": "s3://models/one", "KmsKeyId": KEY},
    },
    resource_kinds.NOTEBOOK.resource: {
        "SubnetId": "subnet-1",
        "KmsKeyId": KEY,
        "DirectInternetAccess": "Disabled",
        "InstanceType": "ml.t3.medium",
    },
    resource_kinds.MODEL.resource: {"VpcConfig": VPC},
    resource_kinds.ENDPOINT_CONFIG.resource: {
        "KmsKeyId": KEY,
        "ProductionVariants": [{"VariantName": "primary", "ModelName": "one", "InstanceType": "ml.m5.large"}],
    },
}
MODEL = CONFORMING[resource_kinds.MODEL.resource]


def arn(kind: resource_kinds.ResourceKind, name: str) -> str:
    """The ARN of a resource."""
    return f"arn:aws:sagemaker:eu-west-1:111111111111:{kind.resource}/{name}"


def changed(kind: resource_kinds.ResourceKind, name: str, status: str = "") -> dict[str, Any]:
    """A state change, as SageMaker sends it."""
    detail = {kind.name: name, kind.arn: arn(kind, name)} | ({kind.status: status} if status else {})
    return {
        "id": "1",
        "source": "aws.sagemaker",
        "detail-type": kind.detail_type,
        "resources": [arn(kind, name)],
        "detail": detail,
    }


def called(name: str, query: dict[str, Any], answered: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A call, as CloudTrail records it."""
    detail = {
        "eventSource": "sagemaker.amazonaws.com",
        "eventName": name,
        "requestParameters": query,
        "responseElements": answered,
        "userIdentity": {"arn": "arn:aws:sts::111111111111:assumed-role/somebody/session"},
        **more,
    }
    return {"id": "1", "source": "aws.sagemaker", "detail-type": resource_kinds.CALL, "detail": detail}
