"""What AWS's own models say of each sort of text in a stack file; the committed table comes from here.

Sources are botocore's service models, which the APIs are made of, and the CloudFormation resource schemas that cfn-lint
carries. Neither is a dependency of the program: only whoever refreshes or tests the table needs them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from settings.closed_lists import DATA

TABLE = DATA / "aws-patterns.json"
# Everything that a sort of text is put into, each `service.Shape` of botocore, or `AWS::Type/pointer` into a schema.
# A sort's text must satisfy all of them.
_TAGGING_SERVICES = (
    *("cloudformation", "cloudtrail", "cloudwatch", "codepipeline", "config", "ecr", "events", "guardduty", "lambda"),
    *("logs", "organizations", "resource-groups", "sagemaker", "securityhub", "sns", "sqs", "ssm"),
)
_TAGGED_TYPES = tuple(
    f"AWS::{type_}/definitions/Tag/properties/"
    for type_ in (
        *("CodePipeline::Pipeline", "ECR::Repository", "IAM::Role", "KMS::Key", "S3::Bucket", "SageMaker::Domain"),
        *("SageMaker::ModelPackageGroup", "SageMaker::UserProfile"),
    )
)
USES: Mapping[str, tuple[str, ...]] = {
    "tag-key": (
        *("iam.tagKeyType", "kms.TagKeyType", "codebuild.KeyInput", "ec2.TagKey"),
        *(f"{service}.TagKey" for service in _TAGGING_SERVICES),
        *(f"{pointer}Key" for pointer in _TAGGED_TYPES),
    ),
    "tag-value": (
        *("iam.tagValueType", "kms.TagValueType", "codebuild.ValueInput"),
        # Not the schemas of CloudFormation: what these tags are on is made by the services' own operations, and
        # SageMaker's takes 256 characters where the schema of its domain says 128.
        *(f"{service}.TagValue" for service in _TAGGING_SERVICES),
    ),
    # A project's description is its model package group's. IAM's form is the narrowest that AWS has for a description:
    # a text that keeps to it may stand at a role too, whoever makes one for the project.
    "description": (
        "sagemaker.EntityDescription",
        "iam.roleDescriptionType",
        "AWS::SageMaker::ModelPackageGroup/definitions/ModelPackageGroupDescription",
    ),
    # It is sent to STS, and stands in the deployer's trust policy.
    "external-id": ("sts.externalIdType", "iam.policyDocumentType"),
    "role-arn": (
        *("sts.arnType", "iam.policyDocumentType", "sagemaker.RoleArn", "lambda.RoleArn", "codepipeline.RoleArn"),
        *("AWS::CodePipeline::Pipeline/properties/RoleArn", "AWS::IAM::Role/properties/AssumeRolePolicyDocument"),
    ),
    "key-arn": ("kms.KeyIdType", "sagemaker.KmsKeyId", "logs.KmsKeyId", "codepipeline.EncryptionKeyId"),
    "bucket-name": ("AWS::S3::Bucket/properties/BucketName",),
    "vpc-id": ("sagemaker.VpcId", "AWS::SageMaker::Domain/properties/VpcId"),
    "subnet-id": ("sagemaker.SubnetId", "AWS::SageMaker::Domain/properties/SubnetIds/items"),
    "security-group-id": (
        "sagemaker.SecurityGroupId",
        "AWS::SageMaker::Domain/definitions/DefaultSpaceSettings/properties/SecurityGroups/items",
    ),
    "account-id": ("organizations.AccountId", "sts.accountType", "ecr.RegistryId"),
    "organization-target": ("organizations.PolicyTargetId", "AWS::Organizations::Policy/properties/TargetIds/items"),
    "organizational-unit": ("organizations.ParentId",),
    "image-tag": ("ecr.ImageTag", "sagemaker.ContainerImage"),
    "image-digest": ("ecr.ImageDigest", "sagemaker.ContainerImage"),
    "session-name": ("sts.roleSessionNameType",),
    "slack-workspace": (
        "chatbot.SlackTeamId",
        "AWS::Chatbot::SlackChannelConfiguration/properties/SlackWorkspaceId",
    ),
    "slack-channel": (
        "chatbot.SlackChannelId",
        "AWS::Chatbot::SlackChannelConfiguration/properties/SlackChannelId",
    ),
    # Prefixes, projects, scientists, stacks and repositories: a part of names, and the value of a tag.
    "name-part": (
        *("iam.roleNameType", "iam.policyNameType", "sagemaker.EntityName", "sagemaker.UserProfileName"),
        *("codepipeline.PipelineName", "codebuild.ProjectName", "ecr.RepositoryName", "events.RuleName"),
        *("events.EventBusName", "lambda.FunctionName", "logs.LogGroupName", "resource-groups.GroupName"),
        *("kms.AliasNameType", "ssm.PSParameterName", "sagemaker.TagValue", "sts.roleSessionNameType"),
        *("AWS::S3::Bucket/properties/BucketName", "AWS::ECR::Repository/properties/RepositoryName"),
    ),
}
_LIMITS = {"min": "min", "max": "max", "pattern": "pattern", "minLength": "min", "maxLength": "max"}


def table() -> dict[str, Any]:
    """The table: for each sort of text its limits, each with the models that have it."""
    texts = {kind: _merged((name, _limits(name)) for name in names) for kind, names in USES.items()}
    source = f"botocore {version('botocore')}, service models; cfn-lint {version('cfn-lint')}, resource schemas"
    return {"source": source, "texts": texts}


def write() -> str:
    """Writes the table anew. Returns its path."""
    TABLE.write_text(json.dumps(table(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return str(TABLE)


def _merged(found: Iterator[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """One entry for all models that say the same; those that say nothing have an entry too."""
    entries: dict[str, dict[str, Any]] = {}
    for name, limits in found:
        entry = entries.setdefault(json.dumps(limits, sort_keys=True), {**limits, "models": []})
        entry["models"].append(name)
    return list(entries.values())


def _limits(name: str) -> dict[str, Any]:
    """What a model says of a text. Raises KeyError for one that there is not, such as after an update of a model."""
    found = _property(name) if name.startswith("AWS::") else _shape(name)
    return {_LIMITS[key]: found[key] for key in _LIMITS if key in found}


def _shape(name: str) -> Mapping[str, Any]:
    from botocore.loaders import Loader

    service, _, shape = name.rpartition(".")
    found: Mapping[str, Any] = Loader().load_service_model(service, "service-2")["shapes"][shape]
    return found


def _property(name: str) -> Mapping[str, Any]:
    type_, _, pointer = name.partition("/")
    found: Any = _schemas()[type_]
    for step in pointer.split("/"):
        found = found[step]
    result: Mapping[str, Any] = found
    return result


@cache
def _schemas() -> dict[str, Any]:
    """The schemas that `USES` names, by their type; their files are named after their content."""
    from cfnlint.data.schemas import resources

    wanted = {name.partition("/")[0] for names in USES.values() for name in names if name.startswith("AWS::")}
    found = {}
    for path in Path(str(resources.__path__[0])).glob("*.json"):
        text = path.read_text(encoding="utf-8")
        if any(f'"{type_}"' in text for type_ in wanted):
            schema = json.loads(text)
            if schema.get("typeName") in wanted:
                found[schema["typeName"]] = schema
    return found
