"""Parts of a REST API made one by one: validators, authorizers, gateway responses, models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords
from rehearsal.services.apigateway.methods import gateway_response
from rehearsal.services.apigateway.models import model_name, require_schema
from rehearsal.services.apigateway.patch_operations import Paths, apply, boolean, plain
from rehearsal.services.apigateway.security import require_authorizer
from rehearsal.services.apigateway.store import bad_request, conflict, items, new_id, part, rest_api, shown


def _getter(kind: str, member: str, message: str) -> EmulatedOperation:
    def get(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
        return shown(part(rest_api(records, given.get("restApiId")), kind, given.get(member), message))

    return get


def _lister(kind: str) -> EmulatedOperation:
    return lambda records, given: items(rest_api(records, given.get("restApiId"))[kind].values())


def _deleter(kind: str, member: str, message: str) -> EmulatedOperation:
    def delete(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
        api = rest_api(records, given.get("restApiId"))
        part(api, kind, given.get(member), message)
        del api[kind][given[member]]
        return {}

    return delete


def create_validator(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateRequestValidator."""
    api, id_ = rest_api(records, given.get("restApiId")), new_id(6)
    api["_validators"][id_] = {
        "id": id_,
        "name": given.get("name"),
        "validateRequestBody": bool(given.get("validateRequestBody")),
        "validateRequestParameters": bool(given.get("validateRequestParameters")),
    }
    return shown(api["_validators"][id_])


_VALIDATOR: Paths = (
    ("/name", "replace", plain("name")),
    ("/validateRequestBody", "replace", plain("validateRequestBody", boolean)),
    ("/validateRequestParameters", "replace", plain("validateRequestParameters", boolean)),
)
_NO_VALIDATOR = "Invalid Request Validator identifier specified"


def update_validator(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateRequestValidator."""
    api = rest_api(records, given.get("restApiId"))
    found = part(api, "_validators", given.get("requestValidatorId"), _NO_VALIDATOR)
    apply(found, given.get("patchOperations"), _VALIDATOR)
    return shown(found)


def create_authorizer(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateAuthorizer."""
    api, made = rest_api(records, given.get("restApiId")), require_authorizer(given)
    if any(each["name"] == made["name"] for each in api["_authorizers"].values()):
        raise conflict("Authorizer name must be unique")
    api["_authorizers"][made["id"]] = made
    return shown(made)


_AUTHORIZER: Paths = tuple(
    (f"/{name}", "replace|remove", plain(name, int if name.endswith("Seconds") else str))
    for name in (
        "name",
        "type",
        "authorizerUri",
        "authorizerCredentials",
        "identitySource",
        "identityValidationExpression",
        "authorizerResultTtlInSeconds",
    )
)
_NO_AUTHORIZER = "Invalid Authorizer identifier specified"


def update_authorizer(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateAuthorizer."""
    api = rest_api(records, given.get("restApiId"))
    found = part(api, "_authorizers", given.get("authorizerId"), _NO_AUTHORIZER)
    changed = dict(found)
    apply(changed, given.get("patchOperations"), _AUTHORIZER)
    found.update({**require_authorizer(changed), "id": found["id"]})
    return shown(found)


def put_gateway_response(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """PutGatewayResponse."""
    api, kind = rest_api(records, given.get("restApiId")), str(given.get("responseType"))
    api["_gateway_responses"][kind] = gateway_response(kind, given)
    return shown(api["_gateway_responses"][kind])


def create_model(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateModel."""
    api, name = rest_api(records, given.get("restApiId")), model_name(str(given.get("name") or ""))
    if name in api["_models"]:
        raise conflict("Model name already exists for this REST API")
    if not given.get("contentType"):
        raise bad_request("Content type is required")
    made = {"id": new_id(6), "name": name, "contentType": given["contentType"], "description": given.get("description")}
    api["_models"][name] = {**made, "schema": require_schema(given.get("schema") or "{}")}
    return shown(api["_models"][name])


_NO_RESPONSE, _NO_MODEL = "Invalid gateway response type specified", "Invalid model name specified"

EMULATED: Mapping[str, EmulatedOperation] = {
    "CreateAuthorizer": create_authorizer,
    "CreateModel": create_model,
    "CreateRequestValidator": create_validator,
    "DeleteAuthorizer": _deleter("_authorizers", "authorizerId", _NO_AUTHORIZER),
    "DeleteGatewayResponse": _deleter("_gateway_responses", "responseType", _NO_RESPONSE),
    "DeleteModel": _deleter("_models", "modelName", _NO_MODEL),
    "DeleteRequestValidator": _deleter("_validators", "requestValidatorId", _NO_VALIDATOR),
    "GetAuthorizer": _getter("_authorizers", "authorizerId", _NO_AUTHORIZER),
    "GetAuthorizers": _lister("_authorizers"),
    "GetGatewayResponse": _getter("_gateway_responses", "responseType", _NO_RESPONSE),
    "GetModel": _getter("_models", "modelName", _NO_MODEL),
    "GetModels": _lister("_models"),
    "GetRequestValidator": _getter("_validators", "requestValidatorId", _NO_VALIDATOR),
    "GetRequestValidators": _lister("_validators"),
    "GetResources": _lister("_resources"),
    "PutGatewayResponse": put_gateway_response,
    "UpdateAuthorizer": update_authorizer,
    "UpdateRequestValidator": update_validator,
}
