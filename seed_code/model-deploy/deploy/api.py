"""The API of a stage: its part of the template, filled in with what the model says."""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlparse

from deploy import openapi
from deploy.errors import DeployError
from deploy.openapi import ModelColumns

# All variables of a function together hold 4 KB (AWS Lambda Developer Guide, "Lambda quotas").
_FEATURES_CHARACTERS = 2_800
_FUNCTIONS = {"imageUri", "bucket", "key"}
# What is frozen when it is made gets a new logical id with each change of what it freezes: CloudFormation
# makes another one, and leaves the one before until nothing names it.
_VERSION, _DEPLOYMENT = "ApiVersion", "ApiDeployment"


@dataclass(frozen=True)
class ApiPart:
    """A stage's part of the template as the platform wrote it, and which functions are used."""

    part: Mapping[str, Any]
    functions: Mapping[str, str]


def read_api(s3: Any, addresses: Mapping[str, str], stage: str) -> ApiPart:
    """Part and functions of a stage. Raises `DeployError` where one is missing or not what it must be."""
    part = _read(s3, addresses["partUri"], f"{stage}: bring up the project's stack")
    functions = _read(
        s3, addresses["functionsUri"], f"{stage}: the platform team's build of API functions writes it"
    )
    if not isinstance(functions, dict) or not functions.keys() >= _FUNCTIONS:
        raise DeployError([f"{addresses['functionsUri']}: lacks one of {', '.join(sorted(_FUNCTIONS))}"])
    if not isinstance(part, dict) or not isinstance(part.get("Resources"), dict):
        raise DeployError([f"{addresses['partUri']}: not a part of a template; bring up the project's stack"])
    return ApiPart(part, {name: str(functions[name]) for name in _FUNCTIONS})


def _read(s3: Any, uri: str, hint: str) -> Any:
    location = urlparse(uri)
    try:
        body = s3.get_object(Bucket=location.netloc, Key=location.path.lstrip("/"))["Body"].read()
        return json.loads(body)
    except s3.exceptions.ClientError as error:
        raise DeployError([f"{uri}: {error.response['Error']['Message']}; {hint}"]) from error
    except ValueError as error:
        raise DeployError([f"{uri}: not JSON ({error}); {hint}"]) from error


def document(api: ApiPart, columns: ModelColumns, version: str) -> dict[str, Any]:
    """The OpenAPI document for callers."""
    told = api.part["OpenApi"]
    return openapi.document(
        columns,
        title=told["Title"],
        version=version,
        authentication=told["Authentication"],
        max_rows=told["MaxRows"],
    )


def with_api(
    template: Mapping[str, Any], api: ApiPart, columns: ModelColumns, version: str
) -> dict[str, Any]:
    """The stage's template: the model's, and the API's part with all that only a release knows."""
    body = openapi.gateway_document(document(api, columns, version), api.part["OpenApi"]["Authentication"])
    values = {
        "ApiModelVersion": version,
        "ApiFeatureCount": str(len(columns.features)),
        "ApiFeatures": packed(columns.features),
        "ApiImageUri": api.functions["imageUri"],
        "ApiCodeBucket": api.functions["bucket"],
        "ApiCodeKey": api.functions["key"],
    }
    resources = _filled(api.part["Resources"], values)
    resources["Api"]["Properties"]["Body"] = body
    frozen = {
        _VERSION: _named(_VERSION, resources["ApiFunction"]["Properties"]),
        _DEPLOYMENT: _named(_DEPLOYMENT, resources["Api"]["Properties"]),
    }
    part = {
        section: _renamed(content, frozen)
        for section, content in {
            "Parameters": api.part["Parameters"],
            "Resources": resources,
            "Outputs": api.part["Outputs"],
        }.items()
    }
    return {**template, **{section: {**template[section], **added} for section, added in part.items()}}


def packed(features: Sequence[str]) -> str:
    """The columns' names as the function reads them; empty where they are too many for its variables."""
    text = base64.b64encode(zlib.compress(json.dumps(list(features)).encode(), 9)).decode()
    return text if len(text) <= _FEATURES_CHARACTERS else ""


def _named(logical_id: str, frozen: Any) -> str:
    digest = hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()
    return f"{logical_id}{digest[:12]}"


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """References to what a release says, by what it says."""
    if isinstance(value, dict):
        if value.keys() == {"Ref"} and value["Ref"] in values:
            return values[value["Ref"]]
        return {key: _filled(inner, values) for key, inner in value.items()}
    return [_filled(inner, values) for inner in value] if isinstance(value, list) else value


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same, where logical ids have new names: as keys, in Ref and GetAtt, and in texts of Sub."""
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    if not isinstance(value, str):
        return value
    for name, renamed in names.items():
        value = value.replace(f"${{{name}.", f"${{{renamed}.").replace(f"${{{name}}}", f"${{{renamed}}}")
    return names.get(value, value)
