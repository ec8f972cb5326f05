"""What a signed HTTP request asks of AWS: service, operation and the resource it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import unquote

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from rehearsal.services import services

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
# Members that name the resource, in the order in which they are looked for.
_NAMING = (
    "ResourceArn",
    "ResourceARN",
    "resourceArn",
    "TargetArn",
    "TopicArn",
    "RoleArn",
    "SecretId",
    "KeyId",
)
_NAMES = ("arn", "name", "id", "arns", "names", "ids")


@dataclass(frozen=True)
class SignedRequest:
    """A signed request, parsed. `service` is the name of botocore's model; `parameters` is empty for object bodies.

    `resource_tags` are those that the resource carried when the request came, where its service tells them.
    """

    access_key: str
    region: str
    service: str
    operation: str
    resource: str
    parameters: Mapping[str, Any]
    resource_tags: Mapping[str, str] = field(default_factory=dict)


def read(request: Request) -> SignedRequest | None:
    """Parses a request; None where it carries no signature or fits no model."""
    match = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    if match is None:
        return None
    service = _service_names().get(match["service"], match["service"])
    if service == "sagemaker" and request.path.startswith("/endpoints/"):
        service = "sagemaker-runtime"
    operation, uri = _operation(service, request)
    if operation is None:
        return None
    if service == "s3":
        bucket, key = _bucket_and_key(request)
        resource = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}" if bucket else "*"
        return SignedRequest(
            match["key"], match["region"], service, operation, resource, _s3_parameters(bucket, key, request)
        )
    parameters = _parameters(service, operation, request, uri)
    resource = _resource(service, operation, parameters)
    return SignedRequest(match["key"], match["region"], service, operation, resource, parameters)


@cache
def _service_names() -> Mapping[str, str]:
    """Name of the service's model in botocore, by the name in signatures where that is another."""
    return {service.signing_name: service.name for service in services().values() if service.signing_name}


def _operation(service: str, request: Request) -> tuple[str | None, dict[str, Any]]:
    target = request.headers.get("X-Amz-Target")
    if target:
        return target.split(".")[-1], {}
    action = request.values.get("Action")
    if action:
        return action, {}
    try:
        operation, uri = get_service_router(service).match(request)
    except (NotFound, NotImplementedError):
        return None, {}
    return operation.name, dict(uri)


def _bucket_and_key(request: Request) -> tuple[str, str]:
    """Both addressing forms: the bucket in the host (as AWS prefers) or first in the path (on loopback)."""
    host = request.headers.get("Host", "") or ""
    path = unquote(request.raw_path).lstrip("/")
    bucket, separator, _ = host.partition(".s3.")
    if separator:
        return bucket, path
    bucket, _, key = path.partition("/")
    return bucket, key


# Headers of an upload that policies look at; S3's other headers say nothing about access.
_S3_HEADERS = (
    "x-amz-acl",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-tagging",
)
_S3_ARGUMENTS = {"Prefix": "prefix", "Delimiter": "delimiter", "MaxKeys": "max-keys", "VersionId": "versionId"}
_DELETED = re.compile(
    rb"<Object>(?=(?:(?!</Object>).)*<Key>(?P<key>[^<]*)</Key>)"
    rb"(?:(?=(?:(?!</Object>).)*<VersionId>(?P<version>[^<]*)</VersionId>))?",
    re.DOTALL,
)


def _s3_parameters(bucket: str, key: str, request: Request) -> dict[str, Any]:
    """What a request to S3 names. Of bodies only the keys that a deletion lists are read."""
    found: dict[str, Any] = {"Bucket": bucket, "Key": key, "CopySource": request.headers.get("x-amz-copy-source")}
    found |= {member: request.args.get(argument) for member, argument in _S3_ARGUMENTS.items()}
    found |= {header: request.headers.get(header) for header in _S3_HEADERS}
    if request.method == "POST" and "delete" in request.args:
        found["Objects"] = [
            {"Key": unescape(item["key"].decode()), "VersionId": (item["version"] or b"").decode()}
            for item in _DELETED.finditer(request.data or b"")
        ]
    return {name: value for name, value in found.items() if value}


def _parameters(service: str, operation: str, request: Request, uri: dict[str, Any]) -> dict[str, Any]:
    model = get_service_model(service)
    if operation not in model.operation_names:
        return {}
    parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)](model.operation_model(operation))
    raw: Any = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": request.data,
        "url_path": request.path,
        "url_params": uri,
    }
    try:
        return dict(parser.parse(raw) or {})
    except Exception:  # a body that fits no model is answered by the service, not by the recorder
        return {}


@cache
def _naming_members(service: str, operation: str) -> tuple[str, ...]:
    model = get_service_model(service)
    if operation not in model.operation_names:
        return ()
    shape = model.operation_model(operation).input_shape
    members = tuple(shape.members) if shape else ()
    required = tuple(shape.required_members) if shape else ()
    ordered = (*_NAMING, *(m for m in required if m.lower().endswith(_NAMES)))
    ordered += tuple(m for m in members if m.lower().endswith(_NAMES))
    return tuple(dict.fromkeys(m for m in ordered if m in members))


def _resource(service: str, operation: str, parameters: Mapping[str, Any]) -> str:
    for member in _naming_members(service, operation):
        value = parameters.get(member)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            return ",".join(value)
    # One structure that holds everything, such as CreatePipeline's.
    inner = [value for value in parameters.values() if isinstance(value, dict) and isinstance(value.get("name"), str)]
    return str(inner[0]["name"]) if len(inner) == 1 else "*"
