"""The manifest of a model's training: what was registered. Who approves can neither change nor replace it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlparse

from deploy.errors import DeployError
from deploy.openapi import ModelColumns


@dataclass(frozen=True)
class ModelManifest:
    """What `manifest.json` says of the model that was evaluated."""

    group: str
    image: str
    model_data_url: str
    artifact_sha256: str
    problem: str
    metric: str
    metric_value: float
    gate_passed: bool
    environment: Mapping[str, str]
    checks_uri: str  # what endpoints are checked with; "none", both, where nothing was written down
    checks_sha256: str
    # None for a model that was registered before manifests had it.
    columns: ModelColumns | None = None


def read_manifest(s3: Any, uri: str) -> ModelManifest:
    """The manifest at an S3 address. Raises `DeployError` where it is missing or says less than it must."""
    location = urlparse(uri)
    try:
        body = s3.get_object(Bucket=location.netloc, Key=location.path.lstrip("/"))["Body"].read()
    except s3.exceptions.ClientError as error:
        raise DeployError([f"manifest {uri}: {error.response['Error']['Message']}"]) from error
    try:
        return _manifest(json.loads(body))
    except (KeyError, TypeError, ValueError) as error:
        raise DeployError([f"manifest {uri}: not what the training pipeline writes ({error!r})"]) from error


def _manifest(document: Mapping[str, Any]) -> ModelManifest:
    value = float(document["evaluation"]["value"])
    if not math.isfinite(value):
        raise ValueError("evaluation.value is not finite")
    # Manifests of packages that were registered before there were checks have none.
    checks = document.get("checks")
    return ModelManifest(
        group=document["model_package_group"],
        image=document["image"],
        model_data_url=document["model_data_url"],
        artifact_sha256=document["artifact"]["sha256"],
        problem=document["problem"],
        metric=document["evaluation"]["metric"],
        metric_value=value,
        gate_passed=document["evaluation"]["gate"]["passed"] == 1,
        # Variables that registration gives the container: none, unless a team writes them here too.
        environment={str(name): str(text) for name, text in document.get("environment", {}).items()},
        checks_uri=str(checks["uri"]) if checks else "none",
        checks_sha256=str(checks["sha256"]) if checks else "none",
        columns=_columns(document),
    )


def _columns(document: Mapping[str, Any]) -> ModelColumns | None:
    if "schema" not in document:
        return None
    schema = document["schema"]
    classes = schema["classes"]
    return ModelColumns(
        features=[str(name) for name in schema["features"]],
        target=str(schema["target"]),
        problem=document["problem"],
        classes=None if classes is None else [str(name) for name in classes],
    )
