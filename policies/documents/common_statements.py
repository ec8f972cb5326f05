"""Statements that several roles share, word for word."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.scope import Scope
from policies.documents.statement import Statement


def pull_image(repository: str) -> Statement:
    """Pull from one repository (ARN, or ARN pattern of the platform's own)."""
    return Statement(
        sid="PullTheModelImage",
        actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        resources=[repository],
    )


def sign_in_to_registry() -> Statement:
    """The token with which any pull begins."""
    return Statement(
        sid="SignInToTheRegistry",
        actions=["ecr:GetAuthorizationToken"],
        resources=["*"],
        reason='The action knows no resource (Service Authorization Reference, "Amazon Elastic Container Registry")',
    )


def use_storage_keys(sid: str, region: str, *keys: str, encrypts: bool = False) -> Statement:
    """Read and write objects that the keys encrypt, through S3 and not otherwise.

    With `encrypts` for a role whose outputs SageMaker writes: its guide asks for `kms:Encrypt` in places, S3 does not.
    """
    return Statement(
        sid=sid,
        actions=["kms:Decrypt", "kms:DescribeKey", *(["kms:Encrypt"] if encrypts else []), "kms:GenerateDataKey"],
        resources=keys,
        conditions={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
    )


def encrypt_volumes(sid: str, region: str, key: str) -> tuple[Statement, Statement, Statement]:
    """Hand a volume's key to SageMaker by a grant, and look at the key.

    The grant is bounded by what it is for, an AWS service's resource, and not by `kms:ViaService`: no page says that a
    role that SageMaker acts with itself, such as a job's, comes through SageMaker in KMS's eyes. What the role uses the
    key for otherwise stays with calls through SageMaker.
    """
    return (
        Statement(
            sid=f"{sid}ByGrant",
            actions=["kms:CreateGrant"],
            resources=[key],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        Statement(
            sid=sid,
            actions=["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
            resources=[key],
            conditions={"StringEquals": {"kms:ViaService": f"sagemaker.{region}.amazonaws.com"}},
        ),
        Statement(sid=f"{sid}WithThisKey", actions=["kms:DescribeKey"], resources=[key]),
    )


def write_logs(sid: str, groups: Sequence[str]) -> Statement:
    """Write to log groups (ARN patterns), and make them where the service leaves that to the role."""
    return Statement(
        sid=sid,
        actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        resources=groups,
    )


def write_build_logs(scope: Scope, projects: Sequence[str]) -> Statement:
    """Write the logs of build projects, by name."""
    groups = [scope.arn("logs", f"log-group:/aws/codebuild/{name}") for name in projects]
    return Statement(
        sid="WriteBuildLogs",
        actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[*groups, *(f"{group}:*" for group in groups)],
    )


def pass_role(sid: str, roles: Sequence[str], service: str) -> Statement:
    """Hand roles to one AWS service and to no other."""
    return Statement(
        sid=sid,
        actions=["iam:PassRole"],
        resources=roles,
        conditions={"StringEquals": {"iam:PassedToService": service}},
    )


def vpc_interfaces() -> Statement:
    """What SageMaker needs of a role to place a container in a VPC.

    Source: SageMaker Developer Guide, "Give SageMaker AI Hosted Endpoints Access to Resources in Your Amazon VPC" and
    the page of the same name for training jobs.
    """
    return Statement(
        sid="AttachToTheNetwork",
        actions=[
            "ec2:CreateNetworkInterface",
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteNetworkInterfacePermission",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
        resources=["*"],
        reason="SageMaker makes the interfaces, so their ids do not exist yet; describing knows no resource",
    )


def lambda_interfaces() -> Statement:
    """What Lambda needs of a function's role to place it in a VPC."""
    return Statement(
        sid="AttachToTheNetwork",
        actions=[
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ],
        resources=["*"],
        reason="Lambda makes the interfaces, so their ids do not exist yet (AWS Lambda Developer Guide, "
        '"Giving Lambda functions access to resources in an Amazon VPC")',
    )


def see_alarms() -> Statement:
    """Look alarms up by name."""
    return Statement(
        sid="SeeAlarms",
        actions=["cloudwatch:DescribeAlarms"],
        resources=["*"],
        reason="CloudFormation and guardrails list alarms by name; the action filters, it knows no resource",
    )
