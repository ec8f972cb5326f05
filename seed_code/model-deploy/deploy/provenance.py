"""Whose a model is: who handed its code over, who registered it, and how it measures against production's."""

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlparse

from botocore.exceptions import BotoCoreError, ClientError

from deploy.held_out_comparison import compared, measure_package


def provenance(sagemaker: Any, s3: Any, package_arn: str, serving: str, metric: str) -> dict[str, Any]:
    """`publisher`, `registeredBy`, `commit` and `comparison` of a package; what is not known is empty.

    `serving` is the package that production serves now, empty where there is none.
    """
    description = _described(sagemaker, package_arn)
    metadata = description.get("CustomerMetadataProperties", {})
    candidate = measure_package(s3, metadata["holdout_uri"], metric) if metadata.get("holdout_uri") else None
    before = _described(sagemaker, serving).get("CustomerMetadataProperties", {}) if serving else {}
    production = measure_package(s3, before["holdout_uri"], metric) if before.get("holdout_uri") else None
    return {
        "publisher": _publisher(s3, package_arn.rpartition("/")[2]),
        "registeredBy": _identity(description.get("CreatedBy") or {}),
        "commit": str(metadata.get("commit", "")),
        "comparison": compared(metric, candidate, production),
    }


def _described(sagemaker: Any, arn: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = sagemaker.describe_model_package(ModelPackageName=arn)
    except (ClientError, BotoCoreError) as error:
        print(f"warning: {arn} is not shown: {error}")
        return {}
    return found


def _identity(created_by: Mapping[str, Any]) -> str:
    """A person or role, in AWS's words (botocore, service model of sagemaker, UserContext)."""
    identity = created_by.get("IamIdentity") or {}
    return str(
        created_by.get("UserProfileName") or identity.get("SourceIdentity") or identity.get("Arn") or ""
    )


def _publisher(s3: Any, version: str) -> str:
    """Who handed the code over, as the records of releases have it (`RELEASES`, an S3 folder)."""
    location = urlparse(os.environ.get("RELEASES", ""))
    if location.scheme != "s3":
        return ""
    key = f"{location.path.strip('/')}/packages/{version}/registered.json"
    try:
        found = json.loads(s3.get_object(Bucket=location.netloc, Key=key)["Body"].read())
    except (ClientError, BotoCoreError, ValueError) as error:
        print(f"warning: who handed version {version} over is not known: {error}")
        return ""
    return str(found.get("publisher", "")) if isinstance(found, dict) else ""
