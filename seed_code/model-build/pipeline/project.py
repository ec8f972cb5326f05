"""What the platform says about the project: the SSM parameters below `MLOPS_PARAMETERS`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from pipeline import project_contract as contract
from pipeline.errors import UserError

# Key in the artifacts bucket of the image that the platform built last.
PINNED_IMAGE = "_image/uri"
DEFINITION = "ModelBuildParameters"  # of the contract


def parameter(name: str, convert: Callable[[str], Any] = str) -> Any:
    """A field that an SSM parameter fills: its name below the project's tree, and what its text becomes."""
    return field(metadata={"name": name, "convert": convert})


def comma_separated(text: str) -> list[str]:
    """The items of a list that SSM holds as one text."""
    return text.split(",")


@dataclass(frozen=True, kw_only=True)
class ProjectParameters:
    """The project's names, roles, network, keys and storage. S3 addresses have no slash at their end."""

    id: str = parameter("id")
    pipeline_name: str = parameter("pipeline/name")
    pipeline_role: str = parameter("roles/pipeline")
    processing_role: str = parameter("roles/processing")
    training_role: str = parameter("roles/training")
    registry_group: str = parameter("registry/group")
    image_uri: str = parameter("image/uri")
    subnet_ids: list[str] = parameter("network/subnet-ids", comma_separated)
    security_group_ids: list[str] = parameter("network/security-group-ids", comma_separated)
    data_key: str = parameter("keys/data")
    models_key: str = parameter("keys/models")
    volumes_key: str = parameter("keys/volumes")
    data_uri: str = parameter("storage/data-uri")
    artifacts_uri: str = parameter("storage/artifacts-uri")
    models_uri: str = parameter("storage/models-uri")
    gate_metric: str = parameter("gate/metric")
    gate_threshold: float = parameter("gate/threshold", float)

    @property
    def region(self) -> str:
        """The project's region, from the image's registry: `<account>.dkr.ecr.<region>.amazonaws.com`."""
        return self.image_uri.split(".")[3]


def parse_project(values: Mapping[str, str], source: str) -> ProjectParameters:
    """Project from parameter values by relative name. Raises UserError listing all mistakes."""
    texts = {name: text.strip() for name, text in values.items() if text.strip()}
    refused = contract.refused(DEFINITION, texts)
    problems = []
    for name in (field_.metadata["name"] for field_ in fields(ProjectParameters)):
        if name not in texts:
            problems.append(f"{source}/{name}: missing; the platform team's project stack writes it")
        elif name in refused:
            problems.append(f"{source}/{name}: {texts[name]!r} is not allowed; allowed: {refused[name]}")
    if problems:
        raise UserError(problems)
    return ProjectParameters(
        **{
            field_.name: field_.metadata["convert"](texts[field_.metadata["name"]])
            for field_ in fields(ProjectParameters)
        }
    )


def with_pinned_image(values: Mapping[str, str], s3: Callable[[], Any]) -> dict[str, str]:
    """The values with the image that was built and scanned last, unless they name a digest themselves.

    Raises UserError where none was built yet.
    """
    image = "image/uri"
    bucket = values.get("storage/artifacts-uri", "").removeprefix("s3://").partition("/")[0]
    if not bucket or "@" in values.get(image, "@"):
        return dict(values)
    try:
        pinned = s3().get_object(Bucket=bucket, Key=PINNED_IMAGE)["Body"].read().decode()
    except ClientError as error:
        raise UserError(
            [f"s3://{bucket}/{PINNED_IMAGE}: {error}; the platform team's image build writes it: has it run?"]
        ) from None
    return {**values, image: pinned}


def read_ssm(client: Any, root: str) -> dict[str, str]:
    """All parameters below `root`, by relative name."""
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=root.rstrip("/"), Recursive=True)
    found = [parameter for page in pages for parameter in page["Parameters"]]
    return {field_["Name"].removeprefix(root.rstrip("/") + "/"): field_["Value"] for field_ in found}


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
