"""What a caller of API Gateway's own API must be allowed.

Source: Service Authorization Reference, "Amazon API Gateway Management": the action is the HTTP verb, the resource is
the path; policies of APIs and roles that are handed over are rights besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from moto.core.utils import get_service_model

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.required_action import ApiRequest, Operations, RequiredActions, Right, tags_at

_SERVICE = "apigateway.amazonaws.com"
_LABEL = re.compile(r"\{(\w+)\}")
_ROLE_PATHS = ("/cloudwatchRoleArn", "/authorizerCredentials", "/credentials")


def rest(*operations: str) -> Operations:
    """Operations with the rights that follow from their verbs and paths."""
    return {operation: (_rights(operation),) for operation in operations}


def _rights(operation: str) -> Any:
    model = get_service_model("apigateway").operation_model(operation)
    verb, uri = model.http["method"], model.http["requestUri"].partition("?")[0]
    shape = model.input_shape
    labels = {
        member.serialization["name"]: name
        for name, member in (shape.members.items() if shape else ())
        if member.serialization.get("location") == "uri"
    }

    def rights(request: ApiRequest) -> list[Right]:
        def value(match: re.Match[str]) -> str:
            return quote(str(request.parameters.get(labels[match[1]], "*")), safe="*")

        arn = f"arn:{request.partition}:apigateway:{request.region}::{_LABEL.sub(value, uri)}"
        context = _tag_context(request)
        found = [Right(action=f"apigateway:{verb}", resource=arn, context=context)]
        return [*found, *_policy_right(operation, arn, request), *_roles(request)]

    return rights


def _tag_context(request: ApiRequest) -> dict[str, str | tuple[str, ...]]:
    tags = tags_at(request.parameters, "tags")
    if not tags:
        return {}
    return {**{f"aws:RequestTag/{key}": value for key, value in tags.items()}, "aws:TagKeys": tuple(tags)}


@aws_behavior(
    'Service Authorization Reference, "Amazon API Gateway Management": UpdateRestApiPolicy; AddCertificateToDomain',
    'CloudFormation resource schema, AWS::ApiGateway::RestApi: "apigateway:UpdateRestApiPolicy"',
)
def _policy_right(operation: str, arn: str, request: ApiRequest) -> list[Right]:
    """A request that sets or changes an API's resource policy needs UpdateRestApiPolicy besides."""
    given = request.parameters
    patched = any(str(each.get("path", "")) == "/policy" for each in given.get("patchOperations") or ())
    body = given.get("body")
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body or "")
    if operation in ("CreateRestApi", "PutRestApi", "ImportRestApi", "UpdateRestApi") and (
        patched or given.get("policy") or "x-amazon-apigateway-policy" in text
    ):
        return [
            Right(action="apigateway:UpdateRestApiPolicy", resource=f"{arn}/*" if arn.endswith("restapis") else arn)
        ]
    return []


def _roles(request: ApiRequest) -> Iterable[Right]:
    """Roles that API Gateway is handed: for logs, to call an authorizer or a function."""
    given: Mapping[str, Any] = request.parameters
    arns = [given.get("authorizerCredentials"), given.get("credentials")]
    patched = given.get("patchOperations") or ()
    arns += [each.get("value") for each in patched if str(each.get("path", "")) in _ROLE_PATHS]
    for arn in arns:
        if arn and ":role/" in str(arn):
            yield Right(action="iam:PassRole", resource=str(arn), context={"iam:PassedToService": _SERVICE})


__all__ = ["RequiredActions", "rest"]
