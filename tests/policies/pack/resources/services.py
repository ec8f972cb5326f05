"""Log groups, Studio domains, builds and image repositories. Each passes every rule unless an argument spoils it."""

from __future__ import annotations

from policies.pack.model import StackResource
from tests.policies.pack.pack_factories import KEY_ARN, make


def logs() -> StackResource:
    return make("aws:cloudwatch/logGroup:LogGroup", "flow", retentionInDays=365, kmsKeyId=KEY_ARN)


def domain() -> StackResource:
    return make("aws:sagemaker/domain:Domain", "studio", appNetworkAccessType="VpcOnly", kmsKeyId=KEY_ARN)


def build() -> StackResource:
    return make(
        "aws:codebuild/project:Project",
        "build",
        encryptionKey=KEY_ARN,
        vpcConfig={"vpcId": "vpc-1", "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        environment={"privilegedMode": False, "image": "runner", "type": "LINUX_CONTAINER"},
        source={"type": "CODEPIPELINE", "buildspec": "buildspec.yml"},
    )


def images() -> StackResource:
    return make(
        "aws:ecr/repository:Repository",
        "model",
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
        encryptionConfigurations=[{"encryptionType": "KMS", "kmsKey": KEY_ARN}],
    )
