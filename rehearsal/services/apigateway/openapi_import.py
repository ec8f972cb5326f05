"""Reads an OpenAPI document with API Gateway's extensions into resources, methods, models and the rest.

Sources: Amazon API Gateway Developer Guide, "Developing a REST API using OpenAPI in API Gateway", "OpenAPI extensions
for API Gateway" and "Amazon API Gateway important notes". What is not known here is refused by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from rehearsal.service_model.emulator import Members, ServiceRecords
from rehearsal.services.apigateway import methods
from rehearsal.services.apigateway.models import imported_schema, model_name
from rehearsal.services.apigateway.security import MethodSecurity, authorizers, security_of
from rehearsal.services.apigateway.store import bad_request, new_id

PREFIX = "x-amazon-apigateway-"
VERBS = ("get", "put", "post", "delete", "options", "head", "patch")
_ROOT = frozenset(
    PREFIX + name
    for name in (
        "api-key-source",
        "binary-media-types",
        "endpoint-configuration",
        "gateway-responses",
        "importexport-version",
        "minimum-compression-size",
        "policy",
        "request-validator",
        "request-validators",
        "security-policy",
        "endpoint-access-mode",
    )
)
_METHOD = frozenset(PREFIX + name for name in ("auth", "integration", "request-validator", "authtype"))


@dataclass
class Imported:
    """What a document holds. `warnings` are what API Gateway leaves out of it."""

    info: Members = field(default_factory=dict)
    methods: dict[str, dict[str, Members]] = field(default_factory=dict)
    models: dict[str, Members] = field(default_factory=dict)
    validators: dict[str, Members] = field(default_factory=dict)
    authorizers: dict[str, Members] = field(default_factory=dict)
    gateway_responses: dict[str, Members] = field(default_factory=dict)
    settings: Members = field(default_factory=dict)
    policy: Any = None
    endpoint: Mapping[str, Any] | None = None
    warnings: list[str] = field(default_factory=list)


def read(records: ServiceRecords, api: str, body: Any, parameters: Mapping[str, str]) -> Imported:
    """Read a document. Raises ServiceRefusal for what API Gateway, or this, does not take."""
    document = _document(body)
    if not str(document.get("openapi", "")).startswith("3.0"):
        raise bad_request("Invalid OpenAPI input: only documents of OpenAPI 3.0 are read here; say openapi: 3.0.1")
    unknown = sorted(name for name in document if name.startswith(PREFIX) and name not in _ROOT)
    if unknown:
        raise bad_request(f"Unable to parse API definition: unsupported extension {', '.join(unknown)}")
    imported = Imported(info=dict(document.get("info") or {}))
    if not imported.info.get("title"):
        raise bad_request("Unable to parse API definition because of a malformed document: info.title is missing")
    _read_components(imported, document, api)
    _read_settings(imported, document)
    for path, item in (document.get("paths") or {}).items():
        imported.methods[path] = dict(_methods(imported, document, path, item, api))
    del records, parameters
    return imported


def _document(body: Any) -> Mapping[str, Any]:
    text = body.decode() if isinstance(body, bytes) else body
    try:
        document = text if isinstance(text, Mapping) else yaml.safe_load(text or "")
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise bad_request(f"Unable to parse API definition because of a malformed document: {error}") from None
    if not isinstance(document, Mapping):
        raise bad_request("Invalid specification file. Reason: Could not locate openapi field in the file.")
    return document


def _read_components(imported: Imported, document: Mapping[str, Any], api: str) -> None:
    components = document.get("components") or {}
    for name, schema in (components.get("schemas") or {}).items():
        imported.models[model_name(name)] = {
            "id": new_id(6),
            "name": name,
            "contentType": "application/json",
            "schema": json.dumps(imported_schema(schema, api, name, imported.warnings)),
        }
    imported.authorizers.update(authorizers(components.get("securitySchemes") or {}))


def _read_settings(imported: Imported, document: Mapping[str, Any]) -> None:
    for name, stated in (document.get(f"{PREFIX}request-validators") or {}).items():
        id_ = new_id(6)
        imported.validators[id_] = {
            "id": id_,
            "name": name,
            "validateRequestBody": bool(stated.get("validateRequestBody")),
            "validateRequestParameters": bool(stated.get("validateRequestParameters")),
        }
    for kind, stated in (document.get(f"{PREFIX}gateway-responses") or {}).items():
        imported.gateway_responses[kind] = methods.gateway_response(kind, stated or {})
    imported.policy = document.get(f"{PREFIX}policy")
    endpoint = document.get(f"{PREFIX}endpoint-configuration") or {}
    unknown = sorted(set(endpoint) - {"vpcEndpointIds", "disableExecuteApiEndpoint", "types"})
    if unknown:
        raise bad_request(f"{PREFIX}endpoint-configuration: unknown {', '.join(unknown)}")
    if "disableExecuteApiEndpoint" in endpoint:
        imported.settings["disableExecuteApiEndpoint"] = bool(endpoint["disableExecuteApiEndpoint"])
    if endpoint.get("vpcEndpointIds"):
        imported.endpoint = {
            "types": endpoint.get("types") or ["PRIVATE"],
            "vpcEndpointIds": endpoint["vpcEndpointIds"],
        }
    for member, name in (
        ("apiKeySource", "api-key-source"),
        ("binaryMediaTypes", "binary-media-types"),
        ("minimumCompressionSize", "minimum-compression-size"),
    ):
        if f"{PREFIX}{name}" in document:
            imported.settings[member] = document[f"{PREFIX}{name}"]


def _methods(
    imported: Imported, document: Mapping[str, Any], path: str, item: Mapping[str, Any], api: str
) -> Iterator[tuple[str, Members]]:
    methods.require_path(path)
    for name, operation in item.items():
        if name == f"{PREFIX}any-method":
            yield "ANY", _method(imported, document, "ANY", item, operation, api)
        elif name in VERBS:
            yield name.upper(), _method(imported, document, name.upper(), item, operation, api)
        elif name not in ("parameters", "summary", "description", "servers"):
            raise bad_request(f"{path}: unsupported {name}: allowed are {', '.join(VERBS)} and {PREFIX}any-method")


def _method(
    imported: Imported,
    document: Mapping[str, Any],
    verb: str,
    item: Mapping[str, Any],
    operation: Mapping[str, Any],
    api: str,
) -> Members:
    unknown = sorted(name for name in operation if name.startswith(PREFIX) and name not in _METHOD)
    if unknown:
        raise bad_request(f"{verb}: unsupported extension {', '.join(unknown)}")
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    security: MethodSecurity = security_of(operation, document.get("security"), schemes, imported.authorizers)
    given = [*(item.get("parameters") or ()), *(operation.get("parameters") or ())]
    integration = operation.get(f"{PREFIX}integration")
    return {
        "httpMethod": verb,
        "authorizationType": security.kind,
        "authorizerId": security.authorizer,
        "apiKeyRequired": security.key,
        "operationName": operation.get("operationId"),
        "requestValidatorId": _validator(imported, document, operation),
        "requestParameters": dict(_parameters(document, given)),
        "requestModels": dict(_request_models(imported, document, operation, api)),
        "methodResponses": {str(code): {"statusCode": str(code)} for code in operation.get("responses") or {}},
        "methodIntegration": methods.integration(integration) if integration else None,
    }


def _validator(imported: Imported, document: Mapping[str, Any], operation: Mapping[str, Any]) -> str | None:
    name = operation.get(f"{PREFIX}request-validator") or document.get(f"{PREFIX}request-validator")
    if not name:
        return None
    for id_, validator in imported.validators.items():
        if validator["name"] == name:
            return id_
    raise bad_request(f"Unable to find request validator '{name}' in {PREFIX}request-validators")


def _parameters(document: Mapping[str, Any], given: list[Mapping[str, Any]]) -> Iterator[tuple[str, bool]]:
    places = {"header": "header", "query": "querystring", "path": "path"}
    for each in given:
        parameter = _resolved(document, each)
        place = places.get(str(parameter.get("in")))
        if place is None:
            continue  # cookies are not parameters of API Gateway
        yield f"method.request.{place}.{parameter['name']}", bool(parameter.get("required"))


def _request_models(
    imported: Imported, document: Mapping[str, Any], operation: Mapping[str, Any], api: str
) -> Iterator[tuple[str, str]]:
    body = _resolved(document, operation.get("requestBody") or {})
    for media, content in (body.get("content") or {}).items():
        schema = content.get("schema")
        if not schema:
            continue
        reference = schema.get("$ref")
        if reference:
            name = str(reference).rpartition("/")[2]
            if name not in imported.models:
                raise bad_request(f"Invalid model reference specified: {reference}")
            yield media, name
            continue
        name = f"MODEL{new_id(6)}"
        converted = imported_schema(schema, api, name, imported.warnings)
        imported.models[name] = {"id": new_id(6), "name": name, "contentType": media, "schema": json.dumps(converted)}
        yield media, name


def _resolved(document: Mapping[str, Any], stated: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = stated.get("$ref")
    if not reference:
        return stated
    found: Any = document
    for word in str(reference).removeprefix("#/").split("/"):
        found = found.get(word) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        raise bad_request(f"Unable to resolve reference {reference}")
    return found


def merge(api: Members, imported: Imported) -> None:
    """Put what was read into an API; what is there already under the same name is replaced."""
    api["name"] = imported.info["title"]
    for member in ("description", "version"):
        if imported.info.get(member) is not None:
            api[member] = str(imported.info[member])
    api.update(imported.settings)
    api["_models"].update(imported.models)
    api["_validators"].update(imported.validators)
    api["_authorizers"].update(imported.authorizers)
    api["_gateway_responses"].update(imported.gateway_responses)
    for path, stated in imported.methods.items():
        methods.resource_at(api, path)["resourceMethods"].update(stated)
