"""The model package to deploy: approved, complete, of this project's group, and as it was registered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy import project_contract as contract
from deploy.errors import DeployError
from deploy.manifest import ModelManifest, read_manifest
from deploy.openapi import ModelColumns

# A pipeline's variable cannot be empty (botocore, PipelineVariableValue), so "none" is its default.
NOTHING = ("", "none")
# Members of a container that run nothing else than what is compared; others do, such as further data sources.
_COMPARED = {"Environment", "Image", "ModelDataSource", "ModelDataUrl"}
_HARMLESS = {
    "ContainerHostname",
    "Framework",
    "FrameworkVersion",
    "ImageDigest",
    "IsCheckpoint",
    "ModelDataETag",
    "ModelInput",
    "NearestModelName",
}
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
    checks_uri: str  # rows that its endpoints are checked with; "none" of one that was registered before
    checks_sha256: str
    columns: ModelColumns | None = None
    image: str = ""
    model_data_url: str = ""

    @property
    def version(self) -> str:
        """Its number in its group."""
        return self.arn.rpartition("/")[2]


def find_package(sagemaker: Any, s3: Any, group: str, arn: str) -> ModelPackage:
    """The package of that ARN. Raises `DeployError` if it may not be deployed.

    None is chosen where none is named: the newest approved one need not be the one that was approved last.
    """
    if arn in NOTHING:
        raise DeployError(
            [
                "MODEL_PACKAGE_ARN names no model package; approve one, or start the pipeline with "
                "--variables name=ModelPackageArn,value=ARN"
            ]
        )
    try:
        description = sagemaker.describe_model_package(ModelPackageName=arn)
    except sagemaker.exceptions.ClientError as error:
        raise DeployError([f"model package {arn}: {error.response['Error']['Message']}"]) from error
    _refuse(arn, package_problems(description, group))
    manifest = read_manifest(s3, description["CustomerMetadataProperties"]["manifest_uri"])
    _refuse(arn, differences(description, manifest, group))
    return _package(description, manifest)


def package_status(sagemaker: Any, arn: str) -> tuple[str, str]:
    """Approval status of a package, and why it has it; `gone` of one that is deleted."""
    try:
        described = sagemaker.describe_model_package(ModelPackageName=arn)
    except sagemaker.exceptions.ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return "gone", ""
        raise
    return str(described.get("ModelApprovalStatus")), str(described.get("ApprovalDescription", ""))


def _refuse(arn: str, problems: list[str]) -> None:
    if problems:
        raise DeployError([f"model package {arn}: {problem}" for problem in problems])


def differences(description: Mapping[str, Any], manifest: ModelManifest, group: str) -> list[str]:
    """Where a package is no longer what was registered: whoever approves one can also change it.

    Source: botocore, service model of sagemaker, UpdateModelPackage.
    """
    (container,) = description["InferenceSpecification"]["Containers"]
    metadata = description["CustomerMetadataProperties"]
    compared = {
        "image": (container.get("Image", ""), manifest.image),
        "environment": (dict(container.get("Environment") or {}), dict(manifest.environment)),
        "artifact": (_artifact_uri(container), manifest.model_data_url),
        "artifact_sha256": (metadata["artifact_sha256"], manifest.artifact_sha256),
        "problem": (metadata["problem"], manifest.problem),
        "metric": (metadata["metric"], manifest.metric),
        "checks_uri": (metadata.get("checks_uri", "none"), manifest.checks_uri),
        "group": (group, manifest.group),
    }
    problems = [
        f"its {name} is {found}; registered was {registered}; approve a package that nobody changed"
        for name, (found, registered) in compared.items()
        if found != registered
    ]
    if not manifest.gate_passed:
        problems.append("its training did not pass the quality gate; train again")
    return problems


def package_problems(description: Mapping[str, Any], group: str) -> list[str]:
    """Why a package may not be deployed; empty if it may."""
    problems = []
    if _group_of(description) != group:
        problems.append(f"belongs to group {_group_of(description)!r}; allowed: {group}")
    if (approval := description.get("ModelApprovalStatus")) != "Approved":
        why = description.get("ApprovalDescription", "")
        problems.append(
            f"its approval status is {approval}; allowed: Approved{f'; it says: {why}' if why else ''}"
        )
    if (status := description.get("ModelPackageStatus")) != "Completed":
        problems.append(f"its status is {status}; allowed: Completed")
    return (
        problems
        + _artifact_problems(description)
        + _metadata_problems(description)
        + _evaluation_problems(description)
    )


def _group_of(description: Mapping[str, Any]) -> str:
    """The group's name; from another account the registry answers with its ARN."""
    return str(description.get("ModelPackageGroupName", "")).rsplit("/", 1)[-1]


def _artifact_problems(description: Mapping[str, Any]) -> list[str]:
    containers = description.get("InferenceSpecification", {}).get("Containers", [])
    if len(containers) != 1:
        return [f"it has {len(containers)} containers; allowed: one; register the model again"]
    (container,) = containers
    problems = [
        f"its container has {member}; allowed: an image and one model artifact; register the model again"
        for member, value in sorted(container.items())
        if value and member not in _COMPARED | _HARMLESS
    ]
    if container.get("ModelDataUrl") and container.get("ModelDataSource"):
        problems.append(
            "it has two model artifacts (ModelDataUrl, ModelDataSource); register the model again"
        )
    if not all(_artifact_uri(container) for container in containers):
        problems.append("it has no model artifact (ModelDataUrl); register the model again")
    unpinned = [c.get("Image", "") for c in containers if "@sha256:" not in c.get("Image", "")]
    problems += [f"its image {image} is not pinned by digest (…@sha256:…)" for image in unpinned]
    return problems


def _artifact_uri(container: Mapping[str, Any]) -> str:
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return str(container.get("ModelDataUrl") or source.get("S3Uri", ""))


def _evaluation_problems(description: Mapping[str, Any]) -> list[str]:
    """Where metadata lead elsewhere than to the package's own evaluation.

    Its ModelMetrics say where that is, and UpdateModelPackage, which can change metadata in the call that
    approves, cannot change them (botocore, service model of sagemaker).
    """
    statistics = description.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
    folder = str(statistics.get("S3Uri", "")).rpartition("/")[0]
    if not folder:
        return ["it has no model quality statistics (ModelMetrics); run the training pipeline again"]
    metadata = description.get("CustomerMetadataProperties", {})
    expected = {"holdout_uri": folder, "manifest_uri": f"{folder}/manifest.json"}
    return [
        f"its {key} is {metadata[key]}; its evaluation is {uri}; approve a package that nobody changed"
        for key, uri in expected.items()
        if key in metadata and str(metadata[key]).rstrip("/") != uri
    ]


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


def _package(description: Mapping[str, Any], manifest: ModelManifest) -> ModelPackage:
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
        metric_value=manifest.metric_value,
        commit=metadata["commit"],
        checks_uri=manifest.checks_uri,
        checks_sha256=manifest.checks_sha256,
        columns=manifest.columns,
        image=manifest.image,
        model_data_url=manifest.model_data_url,
    )
