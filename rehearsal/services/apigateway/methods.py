"""Resources, methods and integrations of a REST API: their forms, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import Members
from rehearsal.services.apigateway.store import bad_request, new_id

_PART = re.compile(r"[a-zA-Z0-9._\-:,~!$&'()*+;=@]+|\{[a-zA-Z0-9._\-:]+\+?\}")
_FUNCTION = re.compile(
    r"arn:aws[\w-]*:apigateway:[a-z0-9-]+:lambda:path/2015-03-31/functions/"
    r"(?P<function>arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::(?:[\w$-]+|\$\{stageVariables\.\w+\}))?)"
    r"/invocations"
)
PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
# An integration may take so long (General Reference, "Amazon API Gateway endpoints and quotas").
MIN_MILLIS, MAX_MILLIS = 50, 29_000
_MEMBERS = frozenset(
    {
        "type",
        "httpMethod",
        "uri",
        "credentials",
        "passthroughBehavior",
        "contentHandling",
        "timeoutInMillis",
        "requestTemplates",
        "requestParameters",
        "responses",
        "cacheNamespace",
        "cacheKeyParameters",
        "connectionType",
        "payloadFormatVersion",
        "integrationResponses",
    }
)
RESPONSE_TYPES: Mapping[str, int | None] = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "DEFAULT_4XX": None,
    "DEFAULT_5XX": None,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}


@aws_behavior('Amazon API Gateway Developer Guide, "Amazon API Gateway important notes": path segments')
def require_path(path: str) -> None:
    """A path's segments are plain, or one variable each; only the last may be greedy."""
    if not path.startswith("/"):
        raise bad_request(f"Path {path} must begin with /")
    parts = [each for each in path.split("/") if each]
    for number, part in enumerate(parts):
        if not _PART.fullmatch(part) or (part.endswith("+}") and number != len(parts) - 1):
            raise bad_request(
                f"Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces "
                f"at the "
                f"beginning and the end: {part} in {path}"
            )


def resource_at(api: Members, path: str) -> Members:
    """The resource of a path, made with those above it where they are missing. Raises ServiceRefusal."""
    found: Members = api["_resources"][api["rootResourceId"]]
    for part in (each for each in path.split("/") if each):
        found = child(api, found, part) or add_child(api, found, part)
    return found


def child(api: Mapping[str, Any], parent: Mapping[str, Any], part: str) -> Members | None:
    """A resource's child of that path part."""
    for each in api["_resources"].values():
        if each.get("parentId") == parent["id"] and each.get("pathPart") == part:
            found: Members = each
            return found
    return None


def add_child(api: Members, parent: Mapping[str, Any], part: str) -> Members:
    """Add a resource. Raises ServiceRefusal for two variables of one place."""
    path = f"{parent['path'].rstrip('/')}/{part}"
    require_path(path)
    siblings = [each for each in api["_resources"].values() if each.get("parentId") == parent["id"]]
    if part.startswith("{") and not part.endswith("+}"):
        taken = [
            each["pathPart"] for each in siblings if each["pathPart"].startswith("{") and "+" not in each["pathPart"]
        ]
        if taken:
            raise bad_request(
                f"A sibling ({taken[0]}) of this resource already has a variable path part -- only one is allowed"
            )
    id_ = new_id(6)
    made: Members = {"id": id_, "parentId": parent["id"], "pathPart": part, "path": path, "resourceMethods": {}}
    api["_resources"][id_] = made
    return made


def integration(given: Mapping[str, Any]) -> Members:
    """An integration's record: a Lambda function as proxy, or one that answers by itself. Raises ServiceRefusal."""
    unknown = sorted(set(given) - _MEMBERS)
    if unknown:
        raise bad_request(f"Integration: unsupported {', '.join(unknown)}: allowed are {', '.join(sorted(_MEMBERS))}")
    kind = str(given.get("type", "")).upper()
    if kind not in ("AWS_PROXY", "MOCK"):
        raise bad_request(f"Integration type must be aws_proxy or mock here, got {given.get('type')}")
    behavior = str(given.get("passthroughBehavior") or "WHEN_NO_MATCH").upper()
    if behavior not in PASSTHROUGH:
        raise bad_request(f"passthroughBehavior must be one of {', '.join(PASSTHROUGH)}, got {behavior}")
    timeout = int(given.get("timeoutInMillis") or MAX_MILLIS)
    if not MIN_MILLIS <= timeout <= MAX_MILLIS:
        raise bad_request(f"Timeout should be between {MIN_MILLIS} ms and {MAX_MILLIS} ms")
    responses = given.get("responses") or given.get("integrationResponses") or {}
    made: Members = {
        "type": kind,
        "httpMethod": given.get("httpMethod"),
        "uri": given.get("uri"),
        "credentials": given.get("credentials"),
        "connectionType": given.get("connectionType") or "INTERNET",
        "passthroughBehavior": behavior,
        "contentHandling": given.get("contentHandling"),
        "timeoutInMillis": timeout,
        "requestTemplates": dict(given.get("requestTemplates") or {}),
        "requestParameters": dict(given.get("requestParameters") or {}),
        "integrationResponses": {str(key): dict(value) for key, value in responses.items()},
    }
    if kind == "AWS_PROXY":
        require_function(made)
    return made


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Set up Lambda proxy integrations in API Gateway": the integration\'s '
    "method is POST, whatever the client's is",
)
def require_function(given: Mapping[str, Any]) -> None:
    """A proxy integration names a function by API Gateway's ARN of it, and calls it with POST."""
    if not _FUNCTION.fullmatch(str(given.get("uri") or "")):
        raise bad_request(
            f"Invalid ARN specified in the request: {given.get('uri')}: a function's is "
            "arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations"
        )
    if given.get("httpMethod") != "POST":
        raise bad_request("Integrations of type 'AWS_PROXY' currently only supports Lambda function and POST")


def function_of(uri: str, variables: Mapping[str, str] | None = None) -> str:
    """The ARN of the function that an integration or authorizer calls; stage variables are filled in."""
    match = _FUNCTION.fullmatch(uri)
    arn = match["function"] if match else ""
    return re.sub(r"\$\{stageVariables\.(\w+)\}", lambda found: (variables or {}).get(found[1], ""), arn)


def gateway_response(kind: str, given: Mapping[str, Any]) -> Members:
    """A gateway response's record. Raises ServiceRefusal."""
    if kind not in RESPONSE_TYPES:
        raise bad_request(f"Invalid gateway response type {kind}: one of {', '.join(RESPONSE_TYPES)}")
    status = given.get("statusCode") or RESPONSE_TYPES[kind]
    return {
        "responseType": kind,
        "statusCode": None if status is None else str(status),
        "responseParameters": dict(given.get("responseParameters") or {}),
        "responseTemplates": dict(given.get("responseTemplates") or {"application/json": DEFAULT_TEMPLATE}),
        "defaultResponse": False,
    }


DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
