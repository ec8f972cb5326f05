"""The vocabulary of the stack files: what one value may be, whichever section it stands in."""

from __future__ import annotations

import ipaddress
import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

DATA = Path(__file__).parent / "data"


class Kind(StrEnum):
    """What a stack builds."""

    WORKLOAD = "workload"
    DATA_SCIENCE = "data-science"
    PROJECT = "project"


class Stage(StrEnum):
    """A step on a model's way to its users. Several workload accounts may share one."""

    STAGING = "staging"
    PRODUCTION = "production"


class InterfaceEndpoint(StrEnum):
    """AWS services that a VPC may reach through an interface endpoint, by the platform's own short names."""

    API_GATEWAY = "execute-api"
    CLOUDFORMATION = "cloudformation"
    CLOUDWATCH = "monitoring"
    CODEBUILD = "codebuild"
    CODEPIPELINE = "codepipeline"
    ECR_API = "ecr.api"
    ECR_DOCKER = "ecr.dkr"
    EVENTS = "events"
    KMS = "kms"
    LAMBDA = "lambda"
    LOGS = "logs"
    SAGEMAKER_API = "sagemaker.api"
    SAGEMAKER_RUNTIME = "sagemaker.runtime"
    SAGEMAKER_STUDIO = "studio"
    SECRETS_MANAGER = "secretsmanager"
    SERVICE_CATALOG = "servicecatalog"
    SNS = "sns"
    SQS = "sqs"
    SSM = "ssm"
    STS = "sts"


@cache
def known(name: str) -> frozenset[str]:
    """A closed list of AWS's own names, kept as data: `regions` or `instance-types`."""
    return frozenset(json.loads((DATA / f"{name}.json").read_text())["names"])


class NotAllowed(ValueError):
    """A value outside a closed list. `allowed` lets the report name the nearest match."""

    def __init__(self, message: str, allowed: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.allowed = allowed


def _account(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError("write it in quotes: unquoted, YAML reads a number and drops a leading zero")
    text = str(value)
    if len(text) != 12 or not text.isascii() or not text.isdigit():
        raise ValueError(f"an AWS account id has 12 digits, this has {len(text)} characters")
    return text


def _region(value: str) -> str:
    if value not in known("regions"):
        raise NotAllowed("not an AWS region", known("regions"))
    return value


def _instance_type(value: str) -> str:
    if value not in known("instance-types"):
        raise NotAllowed("not a SageMaker instance type", known("instance-types"))
    return value


def _cidr(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"not an IPv4 network in CIDR form such as 10.1.0.0/16 ({error})") from None
    # 16 to 28: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html. Below 22, four subnets and
    # the interface endpoints leave too few addresses for jobs.
    if not 16 <= network.prefixlen <= 22:
        raise ValueError(f"a VPC of the platform has a prefix of /16 to /22, this has /{network.prefixlen}")
    if not network.is_private:
        raise ValueError("not a private network: use 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    return value


AccountId = Annotated[str, BeforeValidator(_account)]
Region = Annotated[str, AfterValidator(_region)]
InstanceType = Annotated[str, AfterValidator(_instance_type)]
Cidr = Annotated[str, AfterValidator(_cidr)]
# Lower case only: bucket names, IAM paths and tags carry it, and S3 knows no capitals.
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=20)]
StackName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,49}$")]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
RoleArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$")]
ImageDigest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
