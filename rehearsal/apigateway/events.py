"""The event that a Lambda proxy integration is given, in its version 1.0.

Source: Amazon API Gateway Developer Guide, "Set up Lambda proxy integrations in API Gateway".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.apigateway.messages import Exchange
from rehearsal.apigateway.routes import DeployedStage, MatchedMethod
from rehearsal.service_model.aws_behavior import aws_behavior


def event_of(stage: DeployedStage, matched: MatchedMethod, exchange: Exchange) -> dict[str, Any]:
    """The event."""
    request, query = exchange.request, exchange.request.query
    headers = [*without_signature(request.headers), *forwarded(exchange)]
    binary = is_binary(stage.snapshot.get("binaryMediaTypes"), request.header("Content-Type"))
    body, encoded = _body(request.body, binary=binary)
    return {
        "resource": matched.resource["path"],
        "path": _path(stage),
        "httpMethod": request.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _grouped(headers) or None,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "pathParameters": dict(matched.variables) or None,
        "stageVariables": dict(stage.stage.get("variables") or {}) or None,
        "requestContext": _request_context(stage, matched, exchange),
        "body": body,
        "isBase64Encoded": encoded,
    }


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Amazon API Gateway important notes": the Authorization header is '
    "dropped if it contains a Signature Version 4 signature",
)
def without_signature(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A function never sees the signature of a request."""
    return [
        (name, value)
        for name, value in headers
        if not (name.lower() == "authorization" and value.startswith("AWS4-HMAC-SHA256"))
    ]


def _path(stage: DeployedStage) -> str:
    return stage.path.rstrip("/") or "/"


def forwarded(exchange: Exchange) -> list[tuple[str, str]]:
    """Headers that API Gateway adds."""
    return [
        ("X-Forwarded-For", exchange.request.source_ip),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
        ("X-Amzn-Trace-Id", exchange.context.get("xrayTraceId", "")),
    ]


def _grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _body(content: bytes, *, binary: bool) -> tuple[str | None, bool]:
    if not content:
        return None, False
    if binary:
        return base64.b64encode(content).decode(), True
    return content.decode("utf-8", errors="replace"), False


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Content type conversions in API Gateway": binaryMediaTypes, of the '
    "request by Content-Type, of the response by the first media type in Accept",
)
def is_binary(types: Sequence[str] | None, media: str | None) -> bool:
    """What is of a binary media type is passed on as Base64; everything else as text."""
    plain = (media or "").partition(",")[0].partition(";")[0].strip().lower()
    for each in types or ():
        wanted = each.lower()
        if wanted == "*/*" or (plain and wanted == plain):
            return True
        if wanted.endswith("/*") and plain.startswith(wanted[:-1]):
            return True
    return False


_IDENTITY = ("cognitoIdentityPoolId", "cognitoIdentityId", "cognitoAuthenticationProvider", "cognitoAuthenticationType")


def _request_context(stage: DeployedStage, matched: MatchedMethod, exchange: Exchange) -> dict[str, Any]:
    context, identity = exchange.context, exchange.identity
    known: Mapping[str, str | None] = dict.fromkeys((*_IDENTITY, "accountId", "caller", "accessKey", "user", "userArn"))
    shown: dict[str, Any] = {
        "resourceId": matched.resource["id"],
        "resourcePath": matched.resource["path"],
        "operationName": matched.method.get("operationName"),
        "httpMethod": exchange.request.method,
        "extendedRequestId": context["extendedRequestId"],
        "requestTime": context["requestTime"],
        "path": context["path"],
        "accountId": stage.account,
        "protocol": context["protocol"],
        "stage": stage.stage["stageName"],
        "domainPrefix": context["domainPrefix"],
        "requestTimeEpoch": int(context["requestTimeEpoch"]),
        "requestId": context["requestId"],
        "identity": {
            **known,
            "sourceIp": exchange.request.source_ip,
            "userAgent": context.get("userAgent"),
            **identity,
        },
        "domainName": context["domainName"],
        "deploymentId": stage.deployment["id"],
        "apiId": stage.api["id"],
    }
    if exchange.authorizer:
        shown["authorizer"] = {**exchange.authorizer, "integrationLatency": 0}
    return {name: value for name, value in shown.items() if value is not None or name != "operationName"}
