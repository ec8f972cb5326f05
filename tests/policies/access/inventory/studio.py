"""SageMaker Studio as another team runs it: two accounts, a domain in a VPC with endpoints, a model that serves."""

from __future__ import annotations

import json
from typing import Any

from tests.policies.access.inventory.exports import (
    Export,
    account_decides,
    account_trust,
    allow,
    key_id,
    policy,
    service_trust,
    under_key,
)

LAB, SERVING = "520000000001", "520000000002"
TRAINING, MODELS = "vision-training-data", "vision-models"
S3_ENDPOINT, KMS_ENDPOINT = "vpce-0a1b2c3d4e5f60718", "vpce-0a1b2c3d4e5f60719"
SERVING_ENDPOINT = "vpce-0b1b2c3d4e5f60718"
VPC = "vpc-0123456789abcdef0"
INVENTORY: dict[str, Any] = {
    "accounts": [LAB, SERVING],
    "data": {
        "buckets": [TRAINING],
        "keys": ["alias/training"],
        "readers": ["vision-studio"],
        "writers": ["vision-studio"],
    },
    "models": {
        "buckets": [MODELS],
        "keys": ["alias/models"],
        "readers": ["vision-studio", "vision-serving"],
        "writers": ["vision-studio"],
    },
    "roles": {
        "deployers": ["vision-deployer"],
        "approvers": ["vision-approver"],
        "scientists": ["vision-studio"],
        "models": ["vision-serving"],
    },
    "endpoints": {"s3": [SERVING_ENDPOINT]},
    "delegations": [
        {"role": "vision-sign-in", "actsAs": "vision-approver", "because": "the model owners sign in by it"}
    ],
}


def studio() -> list[Export]:
    """The estate as it should be: the lab's stack and the serving account's."""
    return [_lab(), _serving()]


def _only_through(endpoints: list[str], actions: str | list[str], resources: str | list[str]) -> dict[str, Any]:
    condition = {
        "StringNotEqualsIfExists": {"aws:SourceVpce": endpoints},
        "BoolIfExists": {"aws:ViaAWSService": "false"},
    }
    statement = {"Sid": "Endpoints", "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition}


def _lab() -> Export:
    lab = Export("vision", "lab", LAB)
    lab.component("awsx:ec2:Vpc", "lab")
    lab.add("aws:ec2/vpc:Vpc", "lab", {"cidrBlock": "10.20.0.0/16"}, arn=lab.arn("ec2", f"vpc/{VPC}"), id=VPC)
    for identifier, service in ((S3_ENDPOINT, "s3"), (KMS_ENDPOINT, "kms")):
        inputs = {"vpcId": VPC, "serviceName": f"com.amazonaws.eu-central-1.{service}", "policy": _endpoint_policy()}
        lab.add("aws:ec2/vpcEndpoint:VpcEndpoint", service, inputs, id=identifier)
    cryptography = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    guarded = [account_decides(LAB), _only_through([KMS_ENDPOINT], cryptography, "*")]
    training = lab.key(1, "training", guarded)
    serving = f"arn:aws:iam::{SERVING}:role/vision-serving"
    through_s3 = {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}
    shared = {"Sid": "Serving", "Effect": "Allow", "Principal": {"AWS": serving}, "Action": "kms:Decrypt"}
    models = lab.key(2, "models", [*guarded, {**shared, "Resource": "*", "Condition": through_s3}])
    data_arn = f"arn:aws:s3:::{TRAINING}"
    models_arn = f"arn:aws:s3:::{MODELS}"
    everything = _only_through([S3_ENDPOINT], "s3:*", [data_arn, f"{data_arn}/*"])
    lab.bucket(TRAINING, training, [everything, *under_key(TRAINING, training)])
    reading = {"Sid": "Read", "Effect": "Allow", "Principal": {"AWS": serving}, "Action": "s3:GetObject"}
    lab.bucket(
        MODELS,
        models,
        [
            _only_through([S3_ENDPOINT, SERVING_ENDPOINT], "s3:*", [models_arn, f"{models_arn}/*"]),
            *under_key(MODELS, models),
            {**reading, "Resource": f"{models_arn}/*"},
        ],
    )
    scientists = _people(lab, data_arn, models_arn, [training, models])
    settings = {"executionRole": scientists, "securityGroups": ["sg-1"]}
    domain = {"domainName": "vision", "authMode": "IAM", "vpcId": VPC, "defaultUserSettings": settings}
    lab.add("aws:sagemaker/domain:Domain", "vision", domain, arn=lab.arn("sagemaker", "domain/d-1"), id="d-1")
    profile = {"domainId": "d-1", "userProfileName": "ana", "userSettings": settings}
    arn = lab.arn("sagemaker", "user-profile/d-1/ana")
    lab.add("aws:sagemaker/userProfile:UserProfile", "ana", profile, arn=arn, id=arn)
    group = {"modelPackageGroupName": "vision"}
    arn = lab.arn("sagemaker", "model-package-group/vision")
    lab.add("aws:sagemaker/modelPackageGroup:ModelPackageGroup", "vision", group, arn=arn, id="vision")
    return lab


def _people(lab: Export, data: str, models: str, keys: list[str]) -> str:
    """Roles of people and of what they run; that of scientists."""
    inline = [
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{data}/*", f"{models}/*"]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], keys),
        allow(["sagemaker:CreateTrainingJob", "sagemaker:AddTags"], "*"),
    ]
    scientists = lab.role(
        "vision-studio",
        service_trust("sagemaker.amazonaws.com", LAB),
        inlinePolicies=[{"name": "work", "policy": json.dumps(policy(*inline))}],
    )
    lab.inline("vision-studio", "itself", [_pass(scientists)])
    people = account_trust(f"arn:aws:iam::{LAB}:role/vision-sign-in")
    lab.role("vision-sign-in", service_trust("ssm.amazonaws.com", LAB))
    lab.role("vision-approver", people)
    lab.inline("vision-approver", "decide", [allow("sagemaker:UpdateModelPackage", "*")])
    lab.role("vision-deployer", service_trust("codebuild.amazonaws.com", LAB))
    lab.inline("vision-deployer", "stacks", [allow(["sagemaker:*Domain", "s3:PutBucketPolicy"], "*")])
    return scientists


def _pass(role: str) -> dict[str, Any]:
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    return allow("iam:PassRole", role, Condition=condition)


def _endpoint_policy() -> str:
    """Callers and resources of the two accounts alone."""
    both = [LAB, SERVING]
    home = {"StringEquals": {"aws:PrincipalAccount": both, "aws:ResourceAccount": both}}
    return json.dumps(policy({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": home}))


def _serving() -> Export:
    serving = Export("vision", "serving", SERVING)
    role = serving.role("vision-serving", service_trust("sagemaker.amazonaws.com", SERVING))
    lab_key = f"arn:aws:kms:eu-central-1:{LAB}:key/{key_id(LAB, 2)}"
    statements = [allow("s3:GetObject", f"arn:aws:s3:::{MODELS}/*"), allow("kms:Decrypt", lab_key)]
    serving.inline("vision-serving", "models", statements)
    image = {
        "image": f"{SERVING}.dkr.ecr.eu-central-1.amazonaws.com/vision:1",
        "modelDataUrl": f"s3://{MODELS}/m.tar.gz",
    }
    url = f"{SERVING}.dkr.ecr.eu-central-1.amazonaws.com/vision"
    arn = serving.arn("ecr", "repository/vision")
    serving.add("aws:ecr/repository:Repository", "vision", {"name": "vision"}, arn=arn, repositoryUrl=url, id="vision")
    model = {"name": "vision", "executionRoleArn": role, "primaryContainer": image}
    serving.add("aws:sagemaker/model:Model", "vision", model, arn=serving.arn("sagemaker", "model/vision"))
    return serving
