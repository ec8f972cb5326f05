"""Types of single values of a stack file, each with its check, whichever section it is in."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from settings.addresses import vpc_fault
from settings.arns import ROLE_ARN, partition_fault, role_fault
from settings.closed_lists import closed_list
from settings.endpoint_instances import VCPUS
from settings.forms import NotAllowed, aws, described, ec2_id, editors, enumerated, matching
from settings.hosts import email_fault, index_fault


class StackKind(StrEnum):
    """What a stack builds."""

    FOUNDATION = "foundation"
    WORKLOAD = "workload"
    DATA_SCIENCE = "data-science"
    PROJECT = "project"


class DeploymentStage(StrEnum):
    """A stage that a model is deployed to. Several workload accounts may share one."""

    STAGING = "staging"
    PRODUCTION = "production"


class InterfaceEndpoint(StrEnum):
    """Endpoint services that the platform names itself. Stack files may name any other (`settings.network_values`)."""

    API_GATEWAY = "execute-api"
    CLOUDFORMATION = "cloudformation"
    CLOUDWATCH = "monitoring"
    CODEBUILD = "codebuild"
    CODEDEPLOY = "codedeploy"
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


def _account(value: Any) -> str:
    # From a file an unquoted id is a number; from the engine it is text that already lost its zero.
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError("write it in quotes: unquoted, YAML reads a number and drops a leading zero")
    if not isinstance(value, str):
        raise ValueError("an AWS account id is text of 12 digits, in quotes")
    if len(value) == 12 and value.isascii() and value.isdigit():
        return value
    found = f"an AWS account id has 12 digits, this has {len(value)} characters"
    if value.isascii() and value.replace(".", "").replace("e+", "").isdigit():
        found += "; an id with a leading zero is written in quotes, or YAML drops the zero"
    raise ValueError(found)


def _region(value: str) -> str:
    if value not in closed_list("regions"):
        raise NotAllowed("not an AWS region", closed_list("regions"))
    return value


def _instance_type(value: str) -> str:
    if value not in closed_list("instance-types"):
        raise NotAllowed("not a SageMaker instance type", closed_list("instance-types"))
    return value


def _studio_instance_type(value: str) -> str:
    if value not in closed_list("studio-instance-types"):
        raise NotAllowed("not an instance type that apps of Studio run on", closed_list("studio-instance-types"))
    return value


def _endpoint_instance_type(value: str) -> str:
    # Of the types that SageMaker serves with, those that the delivery's contract admits.
    if value not in VCPUS:
        raise NotAllowed("not an instance type that the platform's endpoints run on", frozenset(VCPUS))
    return value


def _cidr(value: str) -> str:
    if fault := vpc_fault(value):
        raise ValueError(fault)
    return value


def _role(value: str) -> str:
    if fault := role_fault(value):
        raise ValueError(fault)
    return value


def _unreserved(value: str) -> str:
    # Amazon ECS API Reference, "Tag": neither keys nor values begin with it, in whichever case; others say so of keys.
    if value.lower().startswith("aws:"):
        raise ValueError("begins with aws:, which is reserved for AWS's own tags")
    return value


def _package_index(value: str) -> str:
    """An index that a build outside the VPC reaches, without signing in."""
    if fault := index_fault(value):
        raise ValueError(fault)
    return value


def _email(value: str) -> str:
    if fault := email_fault(value):
        raise ValueError(fault)
    return value


def _of_a_partition(value: str) -> str:
    if fault := partition_fault(value):
        raise ValueError(fault)
    return value


def _prefix(value: str) -> str:
    if reserved := next((start for start in BUCKET_STARTS if f"{value}-".startswith(start)), None):
        raise ValueError(f"names of buckets would begin with {reserved}, which S3 reserves: choose another prefix")
    if reserved := next((start for start in PARAMETER_STARTS if value.startswith(start)), None):
        raise ValueError(
            f"names of SSM parameters, keys' aliases and log groups would begin with {reserved}, which AWS reserves: "
            "choose another prefix"
        )
    return value


def _bucket(value: str) -> str:
    if reserved := next((start for start in BUCKET_STARTS if value.startswith(start)), None):
        raise ValueError(f"begins with {reserved}, which S3 reserves: no bucket has such a name")
    if reserved := next((end for end in BUCKET_ENDS if value.endswith(end)), None):
        raise ValueError(f"ends with {reserved}, which S3 reserves for what is no such bucket: give a bucket's name")
    return value


def _identity(value: Any) -> Any:
    """What makes a value the same as another, where AWS or the mail's host does not tell two spellings apart."""
    if not isinstance(value, str):
        return value
    # IAM User Guide, "IAM and AWS STS quotas": names are unique in an account whatever their case, and their path.
    if re.fullmatch(ROLE_ARN, value):
        account, _, role = value.partition(":role/")
        return account, role.rpartition("/")[2].lower()
    local, at, host = value.rpartition("@")
    return f"{local}{at}{host.lower()}" if at else value


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    seen: dict[Any, Any] = {}
    for value in values:
        first = seen.setdefault(_identity(value), value)
        if first is not value and first != value:
            raise ValueError(f"names {first} and {value}, which are one and the same: drop one of the two")
    twice = sorted({str(value) for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"names {', '.join(twice)} twice")
    return values


IDENTIFIER = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
STACK_NAME = r"^[a-z][a-z0-9-]{1,49}$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
# AWS KMS Developer Guide, "Key identifiers (KeyId)": a UUID, or mrk- and 32 digits for keys of several regions.
KEY_ARN = (
    r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/"
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$"
)
# Amazon S3 User Guide, "General purpose bucket naming rules"; without dots, which the certificates of virtual hosts do
# not cover.
BUCKET_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
BUCKET_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
# AWS Systems Manager User Guide, "Creating Parameter Store parameters in Systems Manager": no name begins with them, in
# whichever case. KMS keeps alias/aws/, CloudWatch Logs aws/, IAM the paths of its own roles.
PARAMETER_STARTS = ("aws", "ssm")
BUCKET_NAME = r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"
SESSION_NAME = r"^[A-Za-z0-9_+=,.@-]{2,64}$"
IMAGE_TAG = r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"
DIGEST = r"^sha256:[0-9a-f]{64}$"
ORGANIZATION = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
# Slack's own forms: AWS takes any letters and digits, and finds no channel by its name.
WORKSPACE = r"^T[0-9A-Z]{2,254}$"
CHANNEL = r"^[CG][0-9A-Z]{2,254}$"
HTTPS = r"^https://[^\s]+$"

Distinct = AfterValidator(_distinct)
InstanceCount = Annotated[int, Field(ge=1, le=100)]
CapturePercentage = Annotated[int, Field(ge=0, le=100)]
LatencyMilliseconds = Annotated[int, Field(ge=1, le=60_000)]
# What AWS's models say of each sort of text: `settings.patterns`; tests/settings/test_patterns.py finds what has none.
TagValue = Annotated[
    str,
    AfterValidator(_unreserved),
    aws("tag-value", "letters, digits, spaces and _ . : / = + - @"),
    editors("tag-value"),
]
Description = Annotated[
    str,
    aws("description", "letters of Western Europe (Latin-1), digits, spaces and punctuation, on one line, no emoji"),
    editors("description"),
]
ExternalId = Annotated[
    str,
    aws("external-id", "ASCII letters, digits and _ + = , . @ : / -, without spaces"),
    editors("external-id"),
]
AccountId = Annotated[str, BeforeValidator(_account), aws("account-id"), described(r"^[0-9]{12}$", "111111111111")]
Region = Annotated[str, AfterValidator(_region), enumerated("regions")]
InstanceType = Annotated[str, AfterValidator(_instance_type), enumerated("instance-types")]
StudioInstanceType = Annotated[str, AfterValidator(_studio_instance_type), enumerated("studio-instance-types")]
EndpointInstanceType = Annotated[
    str, AfterValidator(_endpoint_instance_type), Field(json_schema_extra={"enum": sorted(VCPUS)})
]
Cidr = Annotated[str, AfterValidator(_cidr), described(r"^[0-9.]+/(1[6-9]|2[0-2])$", "10.10.0.0/16")]
# Lower case only: bucket names, IAM paths and tags carry it, and S3 knows no capitals.
Identifier = Annotated[
    str,
    Field(min_length=2, max_length=20),
    matching(IDENTIFIER, "lower case letters, digits and single hyphens only, beginning with a letter"),
    aws("name-part"),
    described(IDENTIFIER, "screening"),
]
Prefix = Annotated[Identifier, Field(max_length=10), AfterValidator(_prefix)]
StackName = Annotated[
    str,
    matching(STACK_NAME, "the name of a stack: 2 to 50 lower case letters, digits and hyphens, a letter first"),
    aws("name-part"),
    described(STACK_NAME, "dev"),
]
Email = Annotated[str, AfterValidator(_email), described(EMAIL, "ml-platform@example.com")]
SessionName = Annotated[
    str,
    matching(SESSION_NAME, "the name of a session, as people sign in: 2 to 64 letters, digits and _ + = , . @ -"),
    aws("session-name"),
    described(SESSION_NAME, "alice@example.com"),
]
SlackWorkspaceId = Annotated[
    str,
    matching(WORKSPACE, "the id of a workspace of Slack: T, then capitals and digits; not its name or address"),
    aws("slack-workspace"),
    described(WORKSPACE, "T07EA123LEP"),
]
SlackChannelId = Annotated[
    str,
    matching(CHANNEL, "the id of a channel of Slack: C or G, then capitals and digits; not its name"),
    aws("slack-channel"),
    described(CHANNEL, "C07EZ1ABC23"),
]
RoleArn = Annotated[
    str,
    AfterValidator(_role),
    aws("role-arn"),
    described(ROLE_ARN, "arn:aws:iam::111111111111:role/deployer"),
]
KeyArn = Annotated[
    str,
    AfterValidator(_of_a_partition),
    matching(KEY_ARN, "not the ARN of a KMS key, such as arn:aws:kms:eu-west-1:111111111111:key/…; no alias"),
    aws("key-arn"),
    described(KEY_ARN, "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
]
BucketName = Annotated[
    str,
    matching(BUCKET_NAME, "the name of a bucket: 3 to 63 lower case letters, digits and hyphens, no dots"),
    AfterValidator(_bucket),
    aws("bucket-name"),
    described(BUCKET_NAME, "acme-models"),
]
VpcId = Annotated[str, ec2_id("vpc"), aws("vpc-id")]
SubnetId = Annotated[str, ec2_id("subnet"), aws("subnet-id")]
RouteTableId = Annotated[str, ec2_id("rtb")]
SecurityGroupId = Annotated[str, ec2_id("sg"), aws("security-group-id")]
EndpointId = Annotated[str, ec2_id("vpce")]
ImageDigest = Annotated[
    str,
    matching(DIGEST, "not an image digest: sha256: and 64 hexadecimal digits"),
    aws("image-digest"),
    described(DIGEST, f"sha256:{'0' * 64}"),
]
# Docker's own form of a tag: 128 characters.
ImageTag = Annotated[
    str,
    matching(IMAGE_TAG, "letters, digits, dots, hyphens and underscores, at most 128, not beginning with - or ."),
    aws("image-tag"),
    described(IMAGE_TAG, "1.0.0"),
]
PulumiOrganization = Annotated[
    str,
    matching(ORGANIZATION, "letters, digits, dots, hyphens and underscores only, a letter or digit first"),
    described(ORGANIZATION, "organization"),
]
PackageIndex = Annotated[
    str,
    matching(HTTPS, "an address that begins with https://"),
    AfterValidator(_package_index),
    described(HTTPS, "https://pypi.org/simple"),
]
