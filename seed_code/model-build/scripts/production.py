"""The model in production: the newest approved package of the project's group in the registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from artifact import ModelArtifact, open_artifact
from container import JobError, sha256_of
from table_schema import TableSchema


@dataclass(frozen=True)
class Production:
    """The package in production and, if it answers the same question, its model; else why it does not."""

    package_arn: str
    artifact: ModelArtifact
    difference: str | None


def find_production(group: str, schema: TableSchema, folder: Path) -> Production | None:
    """Download the model in production; None if nothing is approved yet.

    Every failure to read it is an error: a comparison that silently did not happen would open the gate.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        package = newest_approved(boto3.client("sagemaker"), group)
        if package is None:
            return None
        archive = download(boto3.client("s3"), package, folder)
    except (BotoCoreError, ClientError) as error:
        raise JobError(
            f"model package group {group}: the model in production cannot be read ({error}); "
            "the processing role needs sagemaker:ListModelPackages, sagemaker:DescribeModelPackage, "
            "s3:GetObject and kms:Decrypt on it"
        ) from None
    artifact = open_artifact(archive, folder / "unpacked")
    return Production(package["ModelPackageArn"], artifact, difference(schema, artifact.schema))


def newest_approved(client: Any, group: str) -> dict[str, Any] | None:
    """Description of the newest approved package, None if there is none.

    Every page is read: a page of a filtered list may be empty although another follows.
    """
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, ModelApprovalStatus="Approved"
    )
    listed = [summary for page in pages for summary in page["ModelPackageSummaryList"]]
    if not listed:
        return None
    newest = max(listed, key=lambda each: (each["CreationTime"], each.get("ModelPackageVersion", 0)))
    described: dict[str, Any] = client.describe_model_package(ModelPackageName=newest["ModelPackageArn"])
    return described


def download(client: Any, package: dict[str, Any], folder: Path) -> Path:
    """Fetch the package's model.tar.gz and check it against the hash that it was registered with."""
    arn = package["ModelPackageArn"]
    location = urlparse(package["InferenceSpecification"]["Containers"][0].get("ModelDataUrl", ""))
    if location.scheme != "s3":
        raise JobError(f"{arn}: it names no model in S3; approve a package that this pipeline registered")
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "model.tar.gz"
    client.download_file(location.netloc, location.path.lstrip("/"), str(archive))
    registered = package.get("CustomerMetadataProperties", {}).get("artifact_sha256")
    if registered and registered != sha256_of(archive):
        raise JobError(
            f"{arn}: its artifact is not the one that was registered (SHA-256 differs); find out why"
        )
    return archive


def difference(candidate: TableSchema, approved: TableSchema) -> str | None:
    """Why two models cannot be measured on the same rows, or None if they can."""
    if candidate.problem != approved.problem:
        return f"the model in production solves a {approved.problem} problem, this one {candidate.problem}"
    if candidate.target != approved.target:
        return f"the model in production predicts {approved.target!r}, this one {candidate.target!r}"
    if candidate.features != approved.features:
        odd = sorted(set(candidate.features) ^ set(approved.features))
        return "the model in production has other features: " + (", ".join(odd[:8]) or "the order differs")
    if candidate.classes != approved.classes:
        return "the model in production knows other classes"
    return None
