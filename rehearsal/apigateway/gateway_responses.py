"""The answers that API Gateway gives by itself, in the forms that the API's gateway responses set.

Source: Amazon API Gateway Developer Guide, "Gateway responses in API Gateway" and "Gateway response types".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rehearsal.apigateway.messages import Exchange, GatewayError, HttpAnswer
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.services.apigateway.methods import DEFAULT_TEMPLATE

_PLACES = r"context|stageVariables|method\.request\.(?:header|querystring|path)"
_VARIABLE = re.compile(rf"\$\{{({_PLACES})\.([\w.\-]+)\}}|\$({_PLACES})\.([\w\-]+(?:\.[\w\-]+)*)")


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Gateway response types": a type that is not set falls back to DEFAULT_4XX or '
    "DEFAULT_5XX, whose status replaces the type's own",
)
def chosen_response(responses: Mapping[str, Any], kind: str, status: int) -> tuple[Mapping[str, Any], int]:
    """The gateway response of a type, or the default one of its class, and the status that the caller gets."""
    found = responses.get(kind) or responses.get("DEFAULT_4XX" if status < 500 else "DEFAULT_5XX")
    if not found:
        return {}, status
    return found, int(found["statusCode"]) if found.get("statusCode") else status


def gateway_answer(
    snapshot: Mapping[str, Any] | None, exchange: Exchange, error: GatewayError, variables: Mapping[str, str]
) -> HttpAnswer:
    """The answer for an error, customized where the deployed API says so."""
    responses = (snapshot or {}).get("_gateway_responses") or {}
    stated, status = chosen_response(responses, error.kind, error.status)
    values = {
        **exchange.context,
        **error.details,
        "error.message": error.message or "",
        "error.messageString": json.dumps(error.message),
        "error.responseType": error.kind,
    }
    media, template = _template(stated.get("responseTemplates") or {}, exchange.request.header("Accept"))
    body = filled(template, exchange, values, variables)
    headers = [("Content-Type", media), ("x-amzn-ErrorType", error.error)]
    for name, source in (stated.get("responseParameters") or {}).items():
        header = str(name).removeprefix("gatewayresponse.header.")
        headers = [each for each in headers if each[0].lower() != header.lower()]
        headers.append((header, _parameter(str(source), exchange, values, variables)))
    return HttpAnswer(status, headers, body.encode())


def _template(templates: Mapping[str, str], accept: str | None) -> tuple[str, str]:
    for media in (accept or "").split(","):
        plain = media.partition(";")[0].strip()
        if plain in templates:
            return plain, templates[plain]
    if templates:
        media = "application/json" if "application/json" in templates else next(iter(templates))
        return media, templates[media]
    return "application/json", DEFAULT_TEMPLATE


def filled(text: str, exchange: Exchange, values: Mapping[str, str], variables: Mapping[str, str]) -> str:
    """A template with its variables replaced; what is not known is empty."""

    def value(match: re.Match[str]) -> str:
        place, name = match[1] or match[3], match[2] or match[4]
        if place == "context":
            return values.get(name, "")
        if place == "stageVariables":
            return variables.get(name, "")
        if place.endswith("header"):
            return exchange.request.header(name) or ""
        return dict(exchange.request.query).get(name, "") if place.endswith("querystring") else ""

    return _VARIABLE.sub(value, text)


def _parameter(source: str, exchange: Exchange, values: Mapping[str, str], variables: Mapping[str, str]) -> str:
    if source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    return filled(source if source.startswith("$") else f"${source}", exchange, values, variables)
