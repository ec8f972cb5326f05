"""Notebooks, endpoints and feature groups. Each passes every rule unless an argument spoils it."""

from __future__ import annotations

from typing import Any

from policies.pack.model import StackResource
from tests.policies.pack.pack_factories import ACCOUNT, KEY_ARN, REGION, having, make
from tests.policies.pack.resources.services import domain

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mlops/model"
DIGEST = "@sha256:" + "a" * 64


def notebook(**props: Any) -> StackResource:
    metadata = {"minimumInstanceMetadataServiceVersion": "2"}
    right = {
        "subnetId": "subnet-1",
        "directInternetAccess": "Disabled",
        "rootAccess": "Disabled",
        "kmsKeyId": KEY_ARN,
        "platformIdentifier": "notebook-al2023-v1",
        "instanceMetadataServiceConfiguration": metadata,
    }
    return make("aws:sagemaker/notebookInstance:NotebookInstance", "desk", **{**right, **props})


def model(**props: Any) -> StackResource:
    right = {
        "vpcConfig": {"subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        "enableNetworkIsolation": True,
        "primaryContainer": {"image": IMAGE + DIGEST},
    }
    return make("aws:sagemaker/model:Model", "screening", **{**right, **props})


def endpoint_config(**props: Any) -> StackResource:
    right = {
        "productionVariants": [{"variantName": "all", "modelName": "screening", "instanceType": "ml.m5.large"}],
        "kmsKeyArn": KEY_ARN,
        "dataCaptureConfig": {"enableCapture": True, "kmsKeyId": KEY_ARN, "destinationS3Uri": "s3://capture"},
    }
    return make("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "screening", **{**right, **props})


def studio() -> StackResource:
    names = ("jupyterLabAppSettings", "codeEditorAppSettings")
    settings = {
        name: {"appLifecycleManagement": {"idleSettings": {"lifecycleManagement": "ENABLED"}}} for name in names
    }
    identity = {"executionRoleIdentityConfig": "USER_PROFILE_NAME"}
    return having(domain(), defaultUserSettings=settings, domainSettings=identity)
