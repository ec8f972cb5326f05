"""What the platform says about the project: the SSM parameters below `MLOPS_PARAMETERS`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UserError

ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:.+")
IMAGE = re.compile(r"\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/[^@:]+@sha256:[0-9a-f]{64}")
S3_URI = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[^/]+)+")
# As scripts/metrics.py knows them; this environment has not the libraries to import that.
HIGHER_IS_BETTER = ("auc", "accuracy", "f1", "macro_f1", "r2")
METRICS = ("rmse", "mae", "r2", "auc", "logloss", "accuracy", "f1", "macro_f1")


@dataclass(frozen=True, kw_only=True)
class Project:
    """The project's names, roles, network, keys and storage. S3 addresses have no slash at their end."""

    id: str
    pipeline_name: str
    pipeline_role: str
    processing_role: str
    training_role: str
    registry_group: str
    image_uri: str
    subnet_ids: list[str]
    security_group_ids: list[str]
    data_key: str
    models_key: str
    volumes_key: str
    data_uri: str
    artifacts_uri: str
    models_uri: str
    gate_metric: str
    gate_threshold: float

    @property
    def region(self) -> str:
        """The project's region, which the image's registry names."""
        found = IMAGE.fullmatch(self.image_uri)
        return found.group(1) if found else ""


# Field, parameter below the root, what it must look like, in words.
LAYOUT: dict[str, tuple[str, re.Pattern[str], str]] = {
    "id": ("id", re.compile(r"[a-z][a-z0-9-]{1,31}"), "small letters, digits and hyphens"),
    "pipeline_name": ("pipeline/name", re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}"), "a pipeline name"),
    "pipeline_role": ("roles/pipeline", ARN, "a role's ARN"),
    "processing_role": ("roles/processing", ARN, "a role's ARN"),
    "training_role": ("roles/training", ARN, "a role's ARN"),
    "registry_group": ("registry/group", re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"), "a group's name"),
    "image_uri": ("image/uri", IMAGE, "an ECR image pinned by digest (…@sha256:…)"),
    "subnet_ids": (
        "network/subnet-ids",
        re.compile(r"subnet-\w+(,subnet-\w+)*"),
        "subnet ids, comma separated",
    ),
    "security_group_ids": (
        "network/security-group-ids",
        re.compile(r"sg-\w+(,sg-\w+)*"),
        "ids, comma separated",
    ),
    "data_key": ("keys/data", ARN, "a KMS key's ARN"),
    "models_key": ("keys/models", ARN, "a KMS key's ARN"),
    "volumes_key": ("keys/volumes", ARN, "a KMS key's ARN"),
    "data_uri": ("storage/data-uri", S3_URI, "s3://bucket/prefix without a slash at its end"),
    "artifacts_uri": ("storage/artifacts-uri", S3_URI, "s3://bucket/prefix without a slash at its end"),
    "models_uri": ("storage/models-uri", S3_URI, "s3://bucket/prefix without a slash at its end"),
    "gate_metric": ("gate/metric", re.compile("|".join(METRICS)), f"one of {', '.join(METRICS)}"),
    "gate_threshold": ("gate/threshold", re.compile(r"\S+"), "a number"),
}


def parse_project(values: Mapping[str, str], source: str) -> Project:
    """Project from parameter values by relative name. Raises UserError listing all mistakes."""
    problems: list[str] = []
    fields: dict[str, Any] = {}
    for field, (name, pattern, words) in LAYOUT.items():
        text = values.get(name, "").strip()
        if not text:
            problems.append(f"{source}/{name}: missing; the platform team's project stack writes it")
        elif not pattern.fullmatch(text):
            problems.append(f"{source}/{name}: {text!r} is not allowed; allowed: {words}")
        fields[field] = text.split(",") if field.endswith("_ids") else text
    threshold = number(fields["gate_threshold"])
    if fields["gate_threshold"] and threshold is None:
        problems.append(f"{source}/gate/threshold: {fields['gate_threshold']!r} is not a finite number")
    fields["gate_threshold"] = threshold
    if problems:
        raise UserError(problems)
    return Project(**fields)


def number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_ssm(client: Any, root: str) -> dict[str, str]:
    """All parameters below `root`, by relative name."""
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=root.rstrip("/"), Recursive=True)
    found = [parameter for page in pages for parameter in page["Parameters"]]
    return {each["Name"].removeprefix(root.rstrip("/") + "/"): each["Value"] for each in found}


def read_file(path: Path) -> dict[str, str]:
    """Parameters from a JSON file: relative name to text."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"--parameters {path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise UserError(f"--parameters {path}: not JSON ({error})") from None
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise UserError(
            f"--parameters {path}: it must be one object of texts by relative name, like keys/data"
        )
    return raw
