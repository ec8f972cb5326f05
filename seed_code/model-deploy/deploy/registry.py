"""The model package to deploy: approved, complete, and of this project's group."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy import project_contract as contract
from deploy.errors import DeployError

# "latest": a pipeline variable cannot default to an empty text (codepipeline, defaultValue: min 1).
NEWEST = ("", "latest")
# What the training pipeline writes into CustomerMetadataProperties.
_METADATA = "ModelPackageMetadata"


@dataclass(frozen=True)
class ModelPackage:
    """An approved version of a model, with what its training wrote down."""

    arn: str
    region: str
    artifact_sha256: str
    holdout_uri: str  # folder of holdout.csv, expected.csv and labels.csv
    manifest_uri: str
    problem: str
    metric: str
    metric_value: float
    commit: str


def find_package(sagemaker: Any, group: str, requested: str) -> ModelPackage:
    """The package that `wanted` names, else the group's newest approved one. Raises `DeployError`."""
    arn = _newest_approved(sagemaker, group) if requested in NEWEST else requested
    try:
        description = sagemaker.describe_model_package(ModelPackageName=arn)
    except sagemaker.exceptions.ClientError as error:
        raise DeployError([f"model package {arn}: {error.response['Error']['Message']}"]) from error
    problems = package_problems(description, group)
    if problems:
        raise DeployError([f"model package {arn}: {problem}" for problem in problems])
    return _package(description)


def _newest_approved(sagemaker: Any, group: str) -> str:
    newest_first = {"ModelPackageGroupName": group, "SortBy": "CreationTime", "SortOrder": "Descending"}
    approved = sagemaker.list_model_packages(**newest_first, ModelApprovalStatus="Approved", MaxResults=1)
    for summary in approved["ModelPackageSummaryList"]:
        return str(summary["ModelPackageArn"])
    others = sagemaker.list_model_packages(**newest_first, MaxResults=100)["ModelPackageSummaryList"]
    counts = Counter(summary.get("ModelApprovalStatus", "unknown") for summary in others)
    found = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "no package at all"
    raise DeployError(
        [f"no approved model package in group {group} (it holds {found}); approve one, then start again"]
    )


def package_problems(description: Mapping[str, Any], group: str) -> list[str]:
    """Why a package may not be deployed; empty if it may."""
    problems = []
    if _group_of(description) != group:
        problems.append(f"belongs to group {_group_of(description)!r}; allowed: {group}")
    if (approval := description.get("ModelApprovalStatus")) != "Approved":
        problems.append(f"its approval status is {approval}; allowed: Approved")
    if (status := description.get("ModelPackageStatus")) != "Completed":
        problems.append(f"its status is {status}; allowed: Completed")
    return problems + _artifact_problems(description) + _metadata_problems(description)


def _group_of(description: Mapping[str, Any]) -> str:
    """The group's name; from another account the registry answers with its ARN."""
    return str(description.get("ModelPackageGroupName", "")).rsplit("/", 1)[-1]


def _artifact_problems(description: Mapping[str, Any]) -> list[str]:
    containers = description.get("InferenceSpecification", {}).get("Containers", [])
    if not containers:
        return ["it has no container; register the model again"]
    problems = []
    if not all(_artifact_uri(container) for container in containers):
        problems.append("it has no model artifact (ModelDataUrl); register the model again")
    unpinned = [c.get("Image", "") for c in containers if "@sha256:" not in c.get("Image", "")]
    problems += [f"its image {image} is not pinned by digest (…@sha256:…)" for image in unpinned]
    return problems


def _artifact_uri(container: Mapping[str, Any]) -> str:
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return str(container.get("ModelDataUrl") or source.get("S3Uri", ""))


def _metadata_problems(description: Mapping[str, Any]) -> list[str]:
    metadata = description.get("CustomerMetadataProperties", {})
    problems = [
        f"metadata {key} is missing; run the training pipeline again"
        for key in contract.missing(_METADATA, metadata)
    ]
    return problems + [
        f"metadata {key} is {metadata[key]!r}; allowed: {allowed}"
        for key, allowed in contract.refused(_METADATA, metadata).items()
    ]


def _package(description: Mapping[str, Any]) -> ModelPackage:
    metadata = description["CustomerMetadataProperties"]
    arn = str(description["ModelPackageArn"])
    return ModelPackage(
        arn=arn,
        region=arn.split(":")[3],
        artifact_sha256=metadata["artifact_sha256"],
        holdout_uri=metadata["holdout_uri"],
        manifest_uri=metadata["manifest_uri"],
        problem=metadata["problem"],
        metric=metadata["metric"],
        metric_value=float(metadata["metric_value"]),
        commit=metadata["commit"],
    )
