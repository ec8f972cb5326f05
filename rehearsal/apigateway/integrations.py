"""What stands behind a method: a Lambda function as proxy, or an answer that API Gateway gives by itself.

Source: Amazon API Gateway Developer Guide, "Set up Lambda proxy integrations in API Gateway" and "Handle Lambda errors
in API Gateway".
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from rehearsal.apigateway.calls import FunctionCall, FunctionCalls
from rehearsal.apigateway.events import event_of, is_binary
from rehearsal.apigateway.messages import Exchange, GatewayError, HttpAnswer, internal_error
from rehearsal.apigateway.routes import DeployedStage, MatchedMethod
from rehearsal.service_model.aws_behavior import aws_behavior

_MEMBERS = frozenset({"isBase64Encoded", "statusCode", "headers", "multiValueHeaders", "body"})
MAX_PAYLOAD = 10 * 1024 * 1024
# Headers of a function's answer that API Gateway gives other names or leaves out (Developer Guide, "Amazon API Gateway
# important notes").
_REMAPPED = frozenset(
    {"connection", "content-length", "date", "server", "www-authenticate", "host", "te", "trailer", "upgrade", "via"}
)
_DROPPED = frozenset({"transfer-encoding", "expect", "max-forwards", "proxy-authenticate"})
_MOCK_STATUS = re.compile(r'"statusCode"\s*:\s*"?(\d{3})')


def proxy(
    calls: FunctionCalls, stage: DeployedStage, matched: MatchedMethod, exchange: Exchange, arn: str
) -> HttpAnswer:
    """Hand a request to the function and its answer to the caller. Raises GatewayError."""
    event, trace = event_of(stage, matched, exchange), exchange.context["xrayTraceId"]
    integration = matched.method["methodIntegration"]
    called = calls.integration(stage, integration, source_arn(stage, matched, arn), event, trace)
    exchange.context["integrationStatus"] = exchange.context["integration.integrationStatus"] = str(called.status)
    exchange.context["integration.requestId"] = exchange.context["awsEndpointRequestId"] = called.request_id
    require_answer(called)
    answer = proxy_answer(called.payload)
    exchange.context["integration.status"] = str(answer.status)
    return _converted(stage, exchange, called.payload, answer)


def source_arn(stage: DeployedStage, matched: MatchedMethod, arn: str) -> str:
    """The ARN that a function's permission may name: the method as it is deployed, with its variables unfilled."""
    verb = matched.method["httpMethod"]
    path = re.sub(r"\{[^}]+\}", "*", matched.resource["path"])
    del arn
    return stage.method_arn("*" if verb == "ANY" else verb, path)


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Handle Lambda errors in API Gateway": an error of the function is a 502',
    'Amazon API Gateway Developer Guide, "Gateway response types": INTEGRATION_TIMEOUT 504, '
    "API_CONFIGURATION_ERROR 500",
)
def require_answer(called: FunctionCall) -> None:
    """A function that fails is a 502, one that takes too long a 504, one that cannot be called a 500.

    Callers are not told why.
    """
    if called.timed_out:
        raise GatewayError(
            "INTEGRATION_TIMEOUT",
            504,
            "Endpoint request timed out",
            "InternalServerErrorException",
            {"integrationErrorMessage": "Execution failed due to a timeout error"},
        )
    if called.problem:
        raise internal_error(500, "API_CONFIGURATION_ERROR", called.problem)
    if called.failed:
        why = (called.payload or {}).get("errorMessage", "")
        text = f"Lambda execution failed with status 200 due to customer function error: {why}"
        raise internal_error(502, detail=f"{text}. Lambda request id: {called.request_id}")


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Set up Lambda proxy integrations in API Gateway": output of a different '
    "format is a 502",
)
def proxy_answer(payload: Any) -> HttpAnswer:
    """A function's answer must have a status code, headers of plain values and a text as body; else it is a 502."""
    if not isinstance(payload, Mapping) or set(payload) - _MEMBERS:
        raise _malformed()
    status, body = payload.get("statusCode", 200), payload.get("body")
    if isinstance(status, bool) or not re.fullmatch(r"[1-5]\d\d", str(status)):
        raise _malformed()
    if body is not None and not isinstance(body, str):
        raise _malformed()
    return HttpAnswer(int(status), _headers(payload), (body or "").encode())


def _headers(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    single, several = ({} if payload.get(name) is None else payload[name] for name in ("headers", "multiValueHeaders"))
    if not isinstance(single, Mapping) or not isinstance(several, Mapping):
        raise _malformed()
    found = [
        (name, value) for name, values in several.items() for value in (values if isinstance(values, list) else [None])
    ]
    found += [(name, value) for name, value in single.items() if name not in several]
    if any(isinstance(value, dict | list) or value is None for _, value in found):
        raise _malformed()
    texts = [(str(name), str(value).lower() if isinstance(value, bool) else str(value)) for name, value in found]
    if any("\r" in text or "\n" in text for pair in texts for text in pair):
        raise _malformed()
    return remapped(texts)


@aws_behavior('Amazon API Gateway Developer Guide, "Amazon API Gateway important notes": remapped and dropped headers')
def remapped(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Some headers of a function's answer reach the caller under another name, some not at all."""
    return [
        (f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name, value)
        for name, value in headers
        if name.lower() not in _DROPPED
    ]


def _converted(stage: DeployedStage, exchange: Exchange, payload: Mapping[str, Any], answer: HttpAnswer) -> HttpAnswer:
    headers = list(answer.headers)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    body = answer.body
    accepted = exchange.request.header("Accept")
    if payload.get("isBase64Encoded") and is_binary(stage.snapshot.get("binaryMediaTypes"), accepted):
        try:
            body = base64.b64decode(body, validate=True)
        except binascii.Error:
            raise internal_error(500, "API_CONFIGURATION_ERROR", "Unable to base64 decode the body.") from None
    return HttpAnswer(answer.status, headers, body)


def _malformed() -> GatewayError:
    return internal_error(502, detail="Malformed Lambda proxy response")


# ---- answers of API Gateway's own


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Integration passthrough behaviors": NEVER and WHEN_NO_TEMPLATES refuse '
    "a content type without a template with 415",
)
def chosen_template(integration: Mapping[str, Any], media: str | None, *, payload: bool) -> str | None:
    """A content type without a template is passed through, or refused with 415, as the integration says."""
    templates = integration.get("requestTemplates") or {}
    plain = (media or "application/json").partition(";")[0].strip()
    if plain in templates:
        return str(templates[plain])
    behavior = integration["passthroughBehavior"]
    refused = behavior == "NEVER" or (behavior == "WHEN_NO_TEMPLATES" and templates)
    if refused and (payload or templates):
        raise GatewayError("UNSUPPORTED_MEDIA_TYPE", 415, "Unsupported Media Type", "BadRequestException")
    return None


def mock(matched: MatchedMethod, exchange: Exchange) -> HttpAnswer:
    """The answer of a mock integration: of the status that its template names. Raises GatewayError."""
    request, integration = exchange.request, matched.method["methodIntegration"]
    template = chosen_template(integration, request.header("Content-Type"), payload=bool(request.body))
    match = _MOCK_STATUS.search(template if template is not None else request.body.decode(errors="replace"))
    if match is None:
        raise internal_error(500, "API_CONFIGURATION_ERROR", "Unable to parse statusCode. It should be an integer.")
    responses = integration.get("integrationResponses") or {}
    chosen = next((each for each in responses.values() if str(each.get("statusCode")) == match[1]), None)
    chosen = chosen or responses.get("default")
    if chosen is None:
        raise internal_error(
            500, "API_CONFIGURATION_ERROR", "No match for output mapping and no default output mapping"
        )
    headers = [("Content-Type", "application/json")]
    for name, value in (chosen.get("responseParameters") or {}).items():
        headers.append((str(name).removeprefix("method.response.header."), str(value).strip("'")))
    body = next(iter((chosen.get("responseTemplates") or {}).values()), "")
    return HttpAnswer(int(chosen.get("statusCode", 200)), headers, str(body or "").encode())
