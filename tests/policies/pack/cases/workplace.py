"""Cases of the rules on Studio, notebooks, models, endpoints, features and the registry."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, Resource
from policies.pack.rules import (
    data_capture,
    endpoint_key,
    feature_group,
    group_policy,
    idle_shutdown,
    model_image,
    model_network,
    notebook_key,
    notebook_network,
    notebook_platform,
    notebook_root,
    profile_role,
    source_identity,
    studio_domain,
)
from tests.policies.pack.cases.case import Cases, on
from tests.policies.pack.pack_factories import ACCOUNT, KEY_ARN, REGION, ROLE_ARN, allow, at, document, having, make
from tests.policies.pack.pack_factories import without as lacking
from tests.policies.pack.test_pack_service_rules import domain

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mlops/model"
DIGEST = "@sha256:" + "a" * 64
GROUP_ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/mlops-screening"
WORKLOAD = "arn:aws:iam::222222222222:root"


def notebook(**props: Any) -> Resource:
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


def model(**props: Any) -> Resource:
    right = {
        "vpcConfig": {"subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        "enableNetworkIsolation": True,
        "primaryContainer": {"image": IMAGE + DIGEST},
    }
    return make("aws:sagemaker/model:Model", "screening", **{**right, **props})


def endpoint_config(**props: Any) -> Resource:
    right = {
        "productionVariants": [{"variantName": "all", "modelName": "screening", "instanceType": "ml.m5.large"}],
        "kmsKeyArn": KEY_ARN,
        "dataCaptureConfig": {"enableCapture": True, "kmsKeyId": KEY_ARN, "destinationS3Uri": "s3://capture"},
    }
    return make("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "screening", **{**right, **props})


def registry(*, resource: str = GROUP_ARN, **elements: Any) -> Resource:
    statement = {"Principal": {"AWS": WORKLOAD}, "Action": ["sagemaker:DescribeModelPackageGroup"], **elements}
    text = document(allow(Resource=resource, **statement))
    token = "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy"
    return make(token, "registry", modelPackageGroupName="mlops-screening", resourcePolicy=text)


def profile(name: str, role: object = ROLE_ARN) -> Resource:
    token = "aws:sagemaker/userProfile:UserProfile"
    return make(token, name, domainId="d-1", userProfileName=name, userSettings={"executionRole": role})


def studio() -> Resource:
    names = ("jupyterLabAppSettings", "codeEditorAppSettings")
    settings = {
        name: {"appLifecycleManagement": {"idleSettings": {"lifecycleManagement": "ENABLED"}}} for name in names
    }
    identity = {"executionRoleIdentityConfig": "USER_PROFILE_NAME"}
    return having(domain(), defaultUserSettings=settings, domainSettings=identity)


def features(**props: Any) -> Resource:
    right = {
        "featureGroupName": "patients",
        "onlineStoreConfig": {"enableOnlineStore": True, "securityConfig": {"kmsKeyId": KEY_ARN}},
        "offlineStoreConfig": {"s3StorageConfig": {"s3Uri": "s3://features", "kmsKeyId": KEY_ARN}},
    }
    return make("aws:sagemaker/featureGroup:FeatureGroup", "patients", **{**right, **props})


IDLE = "defaultUserSettings.codeEditorAppSettings.appLifecycleManagement.idleSettings.lifecycleManagement"

CASES = (
    Cases(
        rule=studio_domain.RULE,
        passes=[on(domain())],
        mistakes=[(on(having(domain(), appNetworkAccessType="PublicInternetOnly")), "allowed is VpcOnly")],
        unknown=[(on(having(domain(), appNetworkAccessType=UNKNOWN)), "appNetworkAccessType of studio")],
    ),
    Cases(
        rule=notebook_network.RULE,
        passes=[on(notebook()), on(notebook(subnetId=UNKNOWN))],
        mistakes=[
            (on(lacking(notebook(), "subnetId")), "the notebook instance is outside the VPC"),
            (on(lacking(notebook(), "directInternetAccess")), "directInternetAccess is Enabled, allowed is Disabled"),
        ],
        unknown=[(on(notebook(directInternetAccess=UNKNOWN)), "directInternetAccess of desk")],
    ),
    Cases(
        rule=notebook_root.RULE,
        passes=[on(notebook())],
        mistakes=[(on(lacking(notebook(), "rootAccess")), "rootAccess is Enabled, allowed is Disabled")],
        unknown=[(on(notebook(rootAccess=UNKNOWN)), "rootAccess of desk")],
    ),
    Cases(
        rule=notebook_key.RULE,
        passes=[on(notebook()), on(notebook(kmsKeyId=UNKNOWN))],
        mistakes=[
            (on(lacking(notebook(), "kmsKeyId")), "the volume is not encrypted with a customer managed key"),
            (on(notebook(kmsKeyId="alias/aws/sagemaker")), "not encrypted with a customer managed key"),
        ],
    ),
    Cases(
        rule=notebook_platform.RULE,
        passes=[on(notebook()), on(lacking(notebook(), "platformIdentifier"))],
        mistakes=[
            (on(notebook(platformIdentifier="notebook-al2-v2")), "platformIdentifier is notebook-al2-v2"),
            (on(lacking(notebook(), "instanceMetadataServiceConfiguration")), "Version is 1, allowed is 2"),
        ],
        unknown=[(on(notebook(platformIdentifier=UNKNOWN)), "platformIdentifier of desk")],
    ),
    Cases(
        rule=model_network.RULE,
        passes=[on(model()), on(model(vpcConfig=UNKNOWN))],
        mistakes=[
            (on(lacking(model(), "vpcConfig")), "the model runs outside the VPC"),
            (on(model(enableNetworkIsolation=False)), "network isolation is off"),
        ],
        unknown=[(on(model(enableNetworkIsolation=UNKNOWN)), "enableNetworkIsolation of screening")],
    ),
    Cases(
        rule=model_image.RULE,
        passes=[on(model()), on(model(primaryContainer={"modelPackageName": "arn:aws:sagemaker:x"}))],
        mistakes=[
            (on(model(primaryContainer={"image": IMAGE + ":1.4"})), f"{IMAGE}:1.4, which has no digest"),
            (on(model(containers=[{"image": IMAGE + DIGEST}, {"image": IMAGE}])), "the image of containers.1"),
        ],
        unknown=[(on(model(primaryContainer={"image": UNKNOWN})), "primaryContainer.image of screening")],
    ),
    Cases(
        rule=endpoint_key.RULE,
        passes=[on(endpoint_config()), on(endpoint_config(kmsKeyArn=UNKNOWN))],
        mistakes=[
            (on(lacking(endpoint_config(), "kmsKeyArn")), "the endpoint's volumes are not encrypted"),
            (
                on(endpoint_config(kmsKeyArn=None, shadowProductionVariants=[{"serverlessConfig": {"memory": 1}}])),
                "not encrypted with a customer managed key",
            ),
        ],
        unknown=[(on(endpoint_config(productionVariants=UNKNOWN)), "productionVariants of screening")],
        excused=[(on(endpoint_config(productionVariants=[{"serverlessConfig": UNKNOWN}])), "a serverless endpoint")],
    ),
    Cases(
        rule=data_capture.RULE,
        passes=[on(endpoint_config())],
        mistakes=[(on(at(endpoint_config(), "dataCaptureConfig.kmsKeyId", None)), "captured data is not encrypted")],
        unknown=[
            (
                on(at(endpoint_config(), "dataCaptureConfig.enableCapture", UNKNOWN)),
                "dataCaptureConfig.enableCapture of screening",
            )
        ],
        excused=[(on(lacking(endpoint_config(), "dataCaptureConfig")), "it captures nothing")],
    ),
    Cases(
        rule=group_policy.RULE,
        passes=[on(registry()), on(registry(Action=["sagemaker:CreateModel", "sagemaker:ListModelPackages"]))],
        mistakes=[
            (on(registry(Principal="*")), "Given names no accounts"),
            (on(registry(Action="sagemaker:Describe*")), "Given gives sagemaker:Describe* instead of named actions"),
            (on(registry(Action=["sagemaker:UpdateModelPackage"])), "Given gives sagemaker:UpdateModelPackage"),
            (on(registry(resource="*")), "Given covers every resource"),
        ],
        unknown=[(on(having(registry(), resourcePolicy=UNKNOWN)), "resourcePolicy of registry")],
        excused=[(on(having(registry(), resourcePolicy=None)), "it has no resourcePolicy")],
    ),
    Cases(
        rule=profile_role.RULE,
        passes=[
            on(profile("ada"), profile("grace", ROLE_ARN + "-2")),
            on(profile("ada"), profile("grace", UNKNOWN)),
            on(profile("ada"), lacking(profile("grace"), "userSettings")),
        ],
        mistakes=[
            (on(profile("ada", None)), "the profile has no execution role, so it takes the domain's"),
            (on(profile("ada"), profile("grace")), "ada and grace have the same execution role"),
        ],
        unknown=[(on(profile("ada", UNKNOWN), profile("grace")), "userSettings.executionRole of ada")],
    ),
    Cases(
        rule=idle_shutdown.RULE,
        passes=[on(studio())],
        mistakes=[
            (on(domain()), "jupyterLabAppSettings has no idle shutdown"),
            (on(at(studio(), IDLE, "DISABLED")), "codeEditorAppSettings has no idle shutdown"),
        ],
        unknown=[(on(at(studio(), IDLE, UNKNOWN)), f"{IDLE} of studio")],
    ),
    Cases(
        rule=feature_group.RULE,
        passes=[on(features()), on(lacking(features(), "onlineStoreConfig")), on(features(onlineStoreConfig=UNKNOWN))],
        mistakes=[
            (on(at(features(), "onlineStoreConfig.securityConfig", None)), "onlineStoreConfig has no customer"),
            (on(at(features(), "offlineStoreConfig.s3StorageConfig.kmsKeyId", "")), "offlineStoreConfig has no"),
        ],
    ),
    Cases(
        rule=source_identity.RULE,
        passes=[on(studio())],
        mistakes=[(on(domain()), "executionRoleIdentityConfig is DISABLED, allowed is USER_PROFILE_NAME")],
        unknown=[
            (on(having(studio(), domainSettings=UNKNOWN)), "domainSettings.executionRoleIdentityConfig of studio")
        ],
    ),
)
