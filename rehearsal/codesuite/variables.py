"""Environment variables of a build: those of the project, the specification and the request, and CodeBuild's own."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rehearsal.codesuite.buildspec import Buildspec
from rehearsal.codesuite.records import BuildRecord

# SSM answers at most ten parameters in one GetParameters (botocore ssm: ParameterNameList).
_BATCH = 10


class VariableError(Exception):
    """A variable whose value cannot be read from Parameter Store or Secrets Manager."""


def resolved(client: Any, record: BuildRecord, specification: Buildspec) -> dict[str, str]:
    """The declared variables with their values. The request wins over the project, the project over the file.

    `client` is a function from a service's name to a boto3 client of the build's role.
    """
    declared: dict[str, tuple[str, str]] = {}
    for kind, values in (
        ("PLAINTEXT", specification.variables),
        ("PARAMETER_STORE", specification.parameters),
        ("SECRETS_MANAGER", specification.secrets),
    ):
        declared |= {name: (kind, value) for name, value in values.items()}
    for entry in (
        *(record.request.project["environment"].get("environmentVariables") or ()),
        *record.request.variables,
    ):
        declared[entry["name"]] = (entry.get("type") or "PLAINTEXT", entry["value"])
    parameters = sorted({value for kind, value in declared.values() if kind == "PARAMETER_STORE"})
    parameter_values = _parameters(client, parameters)
    secrets = {value: _secret(client, value) for kind, value in declared.values() if kind == "SECRETS_MANAGER"}
    sources: Mapping[str, Mapping[str, str]] = {"PARAMETER_STORE": parameter_values, "SECRETS_MANAGER": secrets}
    return {name: sources[kind][value] if kind in sources else value for name, (kind, value) in declared.items()}


def _parameters(client: Any, names: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for start in range(0, len(names), _BATCH):
        answer = client("ssm").get_parameters(Names=names[start : start + _BATCH], WithDecryption=True)
        values |= {entry["Name"]: entry["Value"] for entry in answer["Parameters"]}
        values |= {entry["ARN"]: entry["Value"] for entry in answer["Parameters"]}
        if answer["InvalidParameters"]:
            raise VariableError(f"parameter does not exist: {', '.join(answer['InvalidParameters'])}")
    return values


def _secret(client: Any, reference: str) -> str:
    """`secret-id:json-key:version-stage:version-id`, of which all but the first may be missing."""
    parts = reference.split(":")
    length = 7 if reference.startswith("arn:") else 1
    name, rest = ":".join(parts[:length]), [*parts[length:], "", "", ""]
    version = {"VersionStage": rest[1], "VersionId": rest[2]}
    text = client("secretsmanager").get_secret_value(SecretId=name, **{k: v for k, v in version.items() if v})
    value = str(text["SecretString"])
    if not rest[0]:
        return value
    try:
        return str(json.loads(value)[rest[0]])
    except (ValueError, KeyError, TypeError):
        raise VariableError(f"secret {name} has no JSON key {rest[0]}") from None


def build_variables(record: BuildRecord, source: Path, folders: Mapping[str, Path]) -> dict[str, str]:
    """CodeBuild's own variables (CodeBuild User Guide, "Environment variables in build environments")."""
    request = record.request
    own = {
        "CI": "true",
        "CODEBUILD_CI": "true",
        "CODEBUILD_BUILD_ARN": record.arn,
        "CODEBUILD_BUILD_ID": record.id,
        "CODEBUILD_BUILD_IMAGE": str(request.project["environment"].get("image", "")),
        "CODEBUILD_BUILD_NUMBER": str(record.number),
        "CODEBUILD_INITIATOR": request.initiator,
        "CODEBUILD_LOG_PATH": record.stream,
        "CODEBUILD_RESOLVED_SOURCE_VERSION": record.revision,
        "CODEBUILD_SOURCE_VERSION": request.source_version,
        "CODEBUILD_SRC_DIR": str(source),
        "CODEBUILD_START_TIME": str(int(time.time() * 1000)),
    }
    own |= {f"CODEBUILD_SRC_DIR_{name}": str(path) for name, path in folders.items()}
    return {name: value for name, value in own.items() if value}
