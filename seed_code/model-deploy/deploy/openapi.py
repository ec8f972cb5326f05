"""The OpenAPI document of a model's API: what callers send, what they get, and how API Gateway handles it.

Sources: Amazon API Gateway Developer Guide, "OpenAPI extensions for API Gateway"; "Amazon API Gateway
important notes": of security schemes API Gateway reads type apiKey alone, and of schemas it leaves out some
keywords, so that the function checks bodies itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PATH = "/predictions"
# The model computes with 32-bit floats.
LARGEST = 3.4028234663852886e38
_PROBLEM = "application/problem+json"
_JSON, _CSV = "application/json", "text/csv"


@dataclass(frozen=True, kw_only=True)
class ModelColumns:
    """What a model's own schema says: its columns in order, what it predicts, and its classes, if any."""

    features: Sequence[str]
    target: str
    problem: str
    classes: Sequence[str] | None


_STATUSES = {
    "400": "The body cannot be read",
    "401": "No token, or none that is taken",
    "403": "Not allowed to call, or no such path",
    "409": "A request with the same Idempotency-Key is being answered",
    "413": "Too many rows, or too large a body",
    "415": "Another content type than application/json and text/csv",
    "422": "Rows that are none of the model's",
    "429": "Too many requests, or the quota is used up",
    "500": "The request could not be answered",
    "502": "The model failed on this request",
    "503": "The model is busy or away; try again after Retry-After",
    "504": "The model did not answer in time; try again after Retry-After",
}
_SCHEMES = {
    "iam": ("SignatureVersion4", "AWS Signature Version 4 with the credentials of a role that may call"),
    "key": ("ApiKey", "The client's API key"),
    "jwt": ("Token", "Bearer and a JSON web token of the issuer"),
}


def document(
    columns: ModelColumns, *, title: str, version: str, authentication: str, max_rows: int
) -> dict[str, Any]:
    """The document that callers read, without a word of API Gateway's."""
    scheme, _ = _SCHEMES[authentication]
    return {
        "openapi": "3.0.1",
        "info": {
            "title": title,
            "version": version,
            "description": f"Predicts {columns.target} ({columns.problem}) "
            f"for rows of {len(columns.features)} columns.",
        },
        "paths": {PATH: {"post": _operation(columns, scheme, max_rows)}},
        "components": {
            "schemas": {**_rows(columns, max_rows), **_answers(columns)},
            "securitySchemes": {scheme: _security(authentication)},
        },
    }


def _operation(columns: ModelColumns, scheme: str, max_rows: int) -> dict[str, Any]:
    example = [0.0] * len(columns.features)
    csv = ",".join("0" for _ in columns.features) + "\n"
    answer = {
        "description": "One prediction for each row, in the rows' order",
        "headers": {
            "X-Model-Version": {"schema": {"type": "string"}},
            "X-Request-Id": {"schema": {"type": "string"}},
        },
        "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Predictions"}}},
    }
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "operationId": "predict",
        "summary": f"Predict {columns.target}",
        "security": [{scheme: []}],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body are answered once, where the API is set up for it",
                "schema": {"type": "string"},
            }
        ],
        "requestBody": {
            "required": True,
            "description": f"At most {max_rows} rows",
            "content": {
                _JSON: {
                    "schema": {"$ref": "#/components/schemas/Rows"},
                    "example": {"instances": [example]},
                },
                _CSV: {"schema": {"type": "string"}, "example": csv},
            },
        },
        "responses": {
            "200": answer,
            **{
                status: {"description": text, "content": {_PROBLEM: problem}}
                for status, text in _STATUSES.items()
            },
        },
    }


def _rows(columns: ModelColumns, max_rows: int) -> dict[str, Any]:
    value = {"type": "number", "nullable": True, "minimum": -LARGEST, "maximum": LARGEST}
    count = len(columns.features)
    return {
        "Value": {**value, "description": "null for a value that is not known"},
        "Row": {
            "type": "array",
            "description": f"Values in the order of the columns: {', '.join(columns.features)}",
            "minItems": count,
            "maxItems": count,
            "items": {"$ref": "#/components/schemas/Value"},
        },
        "NamedRow": {
            "type": "object",
            "required": list(columns.features),
            "additionalProperties": False,
            "properties": {name: {"$ref": "#/components/schemas/Value"} for name in columns.features},
        },
        "Rows": {
            "type": "object",
            "required": ["instances"],
            "additionalProperties": False,
            "properties": {
                "instances": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": max_rows,
                    "items": {
                        "oneOf": [
                            {"$ref": "#/components/schemas/Row"},
                            {"$ref": "#/components/schemas/NamedRow"},
                        ]
                    },
                }
            },
        },
    }


def _answers(columns: ModelColumns) -> dict[str, Any]:
    prediction: dict[str, Any] = {"type": "number"}
    if columns.problem == "binary":
        prediction |= {"minimum": 0, "maximum": 1, "description": "Probability of class 1"}
    if columns.problem == "multiclass":
        classes = [str(name) for name in columns.classes or ()]
        prediction = {
            "type": "array",
            "minItems": len(classes),
            "maxItems": len(classes),
            "description": f"Probabilities of the classes {', '.join(classes)}",
            "items": {"type": "number", "minimum": 0, "maximum": 1},
        }
    return {
        "Predictions": {
            "type": "object",
            "required": ["predictions", "modelVersion", "requestId"],
            "properties": {
                "predictions": {"type": "array", "items": prediction},
                "modelVersion": {"type": "string"},
                "requestId": {"type": "string"},
            },
        },
        "Problem": {
            "type": "object",
            "required": ["title", "code", "detail", "requestId"],
            "properties": {
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "code": {"type": "string"},
                "detail": {"type": "string"},
                "requestId": {"type": "string"},
            },
        },
    }


def _security(authentication: str) -> dict[str, Any]:
    _, text = _SCHEMES[authentication]
    name = "x-api-key" if authentication == "key" else "Authorization"
    return {"type": "apiKey", "name": name, "in": "header", "description": text}


# ---- for API Gateway


def _function_uri(function: str) -> dict[str, str]:
    path = f"lambda:path/2015-03-31/functions/{function}/invocations"
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:{path}"}


# Statuses of answers that API Gateway gives without the function, by its own name of what is wrong (Amazon
# API Gateway Developer Guide, "Gateway response types for API Gateway").
_REFUSALS = {
    "ACCESS_DENIED": ("403", "access_denied", "this caller may not call"),
    "API_CONFIGURATION_ERROR": ("500", "internal_error", "the request could not be answered"),
    "AUTHORIZER_CONFIGURATION_ERROR": ("500", "internal_error", "the request could not be answered"),
    "AUTHORIZER_FAILURE": ("500", "internal_error", "the request could not be answered"),
    "BAD_REQUEST_BODY": ("400", "malformed_body", "the body cannot be read"),
    "BAD_REQUEST_PARAMETERS": ("400", "malformed_request", "a parameter cannot be read"),
    "EXPIRED_TOKEN": ("403", "expired_credentials", "the credentials have expired"),
    "INTEGRATION_FAILURE": ("504", "model_timeout", "the model did not answer in time"),
    "INTEGRATION_TIMEOUT": ("504", "model_timeout", "the model did not answer in time"),
    "INVALID_API_KEY": ("403", "invalid_key", "no API key, or none that is taken"),
    "INVALID_SIGNATURE": ("403", "invalid_signature", "the signature is not that of the credentials"),
    "MISSING_AUTHENTICATION_TOKEN": ("403", "not_found_or_unsigned", "no such path, or no credentials"),
    "QUOTA_EXCEEDED": ("429", "quota_exceeded", "the quota is used up"),
    "REQUEST_TOO_LARGE": ("413", "body_too_large", "the body is too large"),
    "RESOURCE_NOT_FOUND": ("404", "not_found", "no such path"),
    "THROTTLED": ("429", "too_many_requests", "too many requests at the moment"),
    "UNAUTHORIZED": ("401", "unauthorized", "no token, or none that is taken"),
    "UNSUPPORTED_MEDIA_TYPE": ("415", "unsupported_media_type", "send application/json or text/csv"),
    "WAF_FILTERED": ("403", "filtered", "the request was filtered"),
    "DEFAULT_4XX": (None, "refused", "the request was refused"),
    "DEFAULT_5XX": (None, "internal_error", "the request could not be answered"),
}
_TITLES = {
    "400": "Bad Request",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "Not Found",
    "413": "Request Entity Too Large",
    "415": "Unsupported Media Type",
    "429": "Too Many Requests",
    "500": "Internal Server Error",
    "504": "Gateway Timeout",
}


def gateway_document(plain: Mapping[str, Any], authentication: str) -> dict[str, Any]:
    """The document as `Body` of AWS::ApiGateway::RestApi: the plain one with API Gateway's extensions.

    Schemas are left out: the gateway checks no bodies, and reads fewer keywords of them than there are.
    """
    scheme, _ = _SCHEMES[authentication]
    operation = plain["paths"][PATH]["post"]
    return {
        "openapi": plain["openapi"],
        "info": {"title": plain["info"]["title"], "version": plain["info"]["version"]},
        "paths": {
            PATH: {
                "post": {
                    "operationId": operation["operationId"],
                    "security": operation["security"],
                    "responses": {"200": {"description": operation["responses"]["200"]["description"]}},
                    "x-amazon-apigateway-integration": {
                        "type": "aws_proxy",
                        "httpMethod": "POST",
                        "uri": _function_uri("${ApiAlias}"),
                        "passthroughBehavior": "when_no_match",
                        "timeoutInMillis": 29_000,
                    },
                }
            }
        },
        "components": {"securitySchemes": {scheme: _gateway_security(authentication)}},
        "x-amazon-apigateway-gateway-responses": {
            kind: _refusal(*refusal) for kind, refusal in _REFUSALS.items()
        },
    }


def _gateway_security(authentication: str) -> dict[str, Any]:
    found = {key: value for key, value in _security(authentication).items() if key != "description"}
    if authentication == "iam":
        found["x-amazon-apigateway-authtype"] = "awsSigv4"
    if authentication == "jwt":
        found["x-amazon-apigateway-authtype"] = "custom"
        found["x-amazon-apigateway-authorizer"] = {
            "type": "token",
            "authorizerUri": _function_uri("${ApiAuthorizerFunction.Arn}"),
            # A decision that is kept would outlast the token.
            "authorizerResultTtlInSeconds": 0,
            "identityValidationExpression": "^Bearer [-0-9A-Za-z_]+\\.[-0-9A-Za-z_]+\\.[-0-9A-Za-z_]+$",
        }
    return found


def _refusal(status: str | None, code: str, detail: str) -> dict[str, Any]:
    # Of the default answers the status is the gateway's own, and no variable holds its number.
    known = f'"title": "{_TITLES[status]}", "status": {status}' if status else '"title": "Refused"'
    body = f'{{{known}, "code": "{code}", "detail": "{detail}", "requestId": "$context.requestId"}}'
    parameters = {
        "gatewayresponse.header.Content-Type": f"'{_PROBLEM}'",
        "gatewayresponse.header.X-Request-Id": "context.requestId",
    }
    if status == "429":
        parameters["gatewayresponse.header.Retry-After"] = "'1'"
    return {
        **({"statusCode": status} if status else {}),
        "responseTemplates": {_JSON: body},
        "responseParameters": parameters,
    }
