"""Request validators: required parameters, and bodies by the models of their content types.

Source: Amazon API Gateway Developer Guide, "Request validation for REST APIs in API Gateway".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from rehearsal.apigateway.messages import GatewayError, IncomingRequest
from rehearsal.apigateway.routes import MatchedMethod
from rehearsal.service_model.aws_behavior import aws_behavior

_ADDRESS = re.compile(r"https://apigateway\.amazonaws\.com/restapis/[^/]+/models/([^/\"]+)")
DEFAULT_MODEL = "$default"


def validate(snapshot: Mapping[str, Any], matched: MatchedMethod, request: IncomingRequest) -> None:
    """Validate a request as its method's validator says. Raises GatewayError."""
    validator = snapshot["_validators"].get(matched.method.get("requestValidatorId"))
    if validator is None:
        return
    if validator.get("validateRequestParameters"):
        require_parameters(matched.method.get("requestParameters") or {}, request, matched.variables)
    if validator.get("validateRequestBody"):
        name = model_for(matched.method.get("requestModels") or {}, request.header("Content-Type"))
        if name is not None:
            models = {each: model["schema"] for each, model in snapshot["_models"].items()}
            require_body(name, json.dumps(models, sort_keys=True), request.body)


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Request validation for REST APIs in API Gateway": required parameters are '
    "included and not blank",
)
def require_parameters(parameters: Mapping[str, bool], request: IncomingRequest, variables: Mapping[str, str]) -> None:
    """A required parameter must be there and not be blank; all that are missing are named."""
    query, missing = dict(request.query), []
    for name, required in parameters.items():
        _, _, place, key = name.split(".", 3)
        found = {"header": request.header(key), "querystring": query.get(key), "path": variables.get(key)}[place]
        if required and not (found or "").strip():
            missing.append(key)
    if missing:
        message = f"Missing required request parameters: [{', '.join(missing)}]"
        raise GatewayError("BAD_REQUEST_PARAMETERS", 400, message, "BadRequestException")


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Request validation for REST APIs in API Gateway": without a model for the '
    "content type the body is not validated; $default stands for every other type",
)
def model_for(models: Mapping[str, str], media: str | None) -> str | None:
    """A body is validated by the model of its content type alone; another type passes unless there is a default."""
    plain = (media or "application/json").partition(";")[0].strip().lower()
    by_type = {key.lower(): name for key, name in models.items()}
    return by_type.get(plain) or by_type.get(DEFAULT_MODEL)


def require_body(name: str, models: str, body: bytes) -> None:
    """A body must be JSON that its model takes. Raises GatewayError, which tells callers nothing of why."""
    try:
        found = json.loads(body)
    except ValueError:
        raise _invalid("[Unable to parse JSON body]") from None
    problems = [error.message for error in _validator(name, models).iter_errors(found)]
    if problems:
        raise _invalid(f"[{', '.join(problems[:5])}]")


def _invalid(why: str) -> GatewayError:
    details = {"error.validationErrorString": why}
    return GatewayError("BAD_REQUEST_BODY", 400, "Invalid request body", "BadRequestException", details)


@lru_cache(maxsize=64)
def _validator(name: str, models: str) -> Draft4Validator:
    every = {each: json.loads(_ADDRESS.sub(r"#/definitions/\1", text)) for each, text in json.loads(models).items()}
    return Draft4Validator({"definitions": every, "allOf": [every[name]]})
