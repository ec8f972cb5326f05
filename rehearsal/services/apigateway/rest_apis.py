"""API Gateway's operations on REST APIs as wholes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords
from rehearsal.services.apigateway import openapi_import
from rehearsal.services.apigateway.patch_operations import Paths, apply, boolean, entry, plain, unescaped
from rehearsal.services.apigateway.store import REST_APIS, bad_request, items, new_id, now, rest_api, shown

# Amazon API Gateway REST API resource policies: General Reference, "Amazon API Gateway endpoints and quotas".
_POLICY_BYTES = 8192
_TYPES = ("EDGE", "REGIONAL", "PRIVATE")


def create(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateRestApi."""
    if not given.get("name"):
        raise bad_request("Name is required")
    id_, root = new_id(), new_id(10)
    endpoint = require_endpoint(given.get("endpointConfiguration") or {"types": ["EDGE"]})
    api: Members = {
        "id": id_,
        "name": given["name"],
        "description": given.get("description"),
        "version": given.get("version"),
        "createdDate": now(),
        "apiKeySource": given.get("apiKeySource") or "HEADER",
        "binaryMediaTypes": given.get("binaryMediaTypes"),
        "minimumCompressionSize": given.get("minimumCompressionSize"),
        "endpointConfiguration": endpoint,
        "policy": policy_text(records, id_, given.get("policy")),
        "disableExecuteApiEndpoint": bool(given.get("disableExecuteApiEndpoint")),
        "tags": dict(given.get("tags") or {}),
        "rootResourceId": root,
        "_resources": {root: {"id": root, "path": "/", "resourceMethods": {}}},
        "_models": {},
        "_validators": {},
        "_authorizers": {},
        "_gateway_responses": {},
        "_deployments": {},
        "_stages": {},
    }
    records.all(REST_APIS)[id_] = api
    return shown(api)


def require_endpoint(given: Mapping[str, Any]) -> Members:
    """An endpoint configuration as AWS keeps it. Raises ServiceRefusal."""
    types = list(given.get("types") or ())
    if len(types) != 1 or types[0] not in _TYPES:
        raise bad_request(f"Endpoint type must be one of {', '.join(_TYPES)}, got {types}")
    endpoints = list(given.get("vpcEndpointIds") or ())
    if endpoints and types != ["PRIVATE"]:
        raise bad_request("VPCEndpoint can only be specified with PRIVATE endpoint type.")
    address = given.get("ipAddressType") or ("dualstack" if types == ["PRIVATE"] else "ipv4")
    return {"types": types, "ipAddressType": address, **({"vpcEndpointIds": endpoints} if endpoints else {})}


@aws_behavior(
    'Amazon API Gateway Developer Guide, "API Gateway resource policy examples": execute-api:/stage/method/path stands '
    "for the API's own ARN",
    "General Reference, Amazon API Gateway endpoints and quotas: 8192 bytes",
)
def policy_text(records: ServiceRecords, api: str, policy: Any) -> str | None:
    """A resource policy is kept with whole ARNs, and must be JSON of at most 8,192 bytes."""
    if policy in (None, ""):
        return None
    text = policy if isinstance(policy, str) else json.dumps(policy)
    try:
        document = json.loads(text)
    except ValueError:
        raise bad_request(
            "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
        ) from None
    whole = f'"arn:aws:execute-api:{records.region}:{records.account}:{api}/'
    kept = re.sub(r'"execute-api:/', whole, json.dumps(document))
    if len(kept.encode()) > _POLICY_BYTES:
        raise bad_request(f"Policy length exceeds the maximum of {_POLICY_BYTES} bytes")
    return kept


def put(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """PutRestApi."""
    api = rest_api(records, given.get("restApiId"))
    mode = given.get("mode") or "merge"
    if mode not in ("merge", "overwrite"):
        raise bad_request(f"Invalid mode {mode}")
    imported = openapi_import.read(records, api["id"], given.get("body"), given.get("parameters") or {})
    if imported.warnings and str(given.get("failOnWarnings", "")).lower() == "true":
        raise bad_request(f"Warnings found during import:\n\t{chr(10).join(imported.warnings)}")
    if mode == "overwrite":
        for kind in ("_models", "_validators", "_authorizers", "_gateway_responses"):
            api[kind].clear()
        root = api["rootResourceId"]
        api["_resources"] = {root: {"id": root, "path": "/", "resourceMethods": {}}}
        api["binaryMediaTypes"], api["apiKeySource"] = None, "HEADER"
    openapi_import.merge(api, imported)
    if imported.policy is not None:
        api["policy"] = policy_text(records, api["id"], imported.policy)
    if imported.endpoint is not None:
        api["endpointConfiguration"] = require_endpoint(imported.endpoint)
    return {**shown(api), **({"warnings": list(imported.warnings)} if imported.warnings else {})}


def import_(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """ImportRestApi."""
    parameters = given.get("parameters") or {}
    types = (
        {"types": [parameters["endpointConfigurationTypes"]]} if "endpointConfigurationTypes" in parameters else None
    )
    made = create(records, {"name": "imported", "endpointConfiguration": types})
    try:
        return put(records, {**given, "restApiId": made["id"], "mode": "overwrite"})
    except BaseException:
        del records.all(REST_APIS)[made["id"]]
        raise


def get(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetRestApi."""
    return shown(rest_api(records, given.get("restApiId")))


def list_all(records: ServiceRecords, _: Mapping[str, Any]) -> Members:
    """GetRestApis."""
    return items(records.all(REST_APIS).values())


def update(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateRestApi."""
    api = rest_api(records, given.get("restApiId"))
    changed = {**api, "endpointConfiguration": {**api["endpointConfiguration"]}}
    apply(changed, given.get("patchOperations"), _PATHS)
    changed["endpointConfiguration"] = require_endpoint(changed["endpointConfiguration"])
    changed["policy"] = policy_text(records, api["id"], changed.get("policy"))
    if not changed.get("name"):
        raise bad_request("Name is required")
    api.clear()
    api.update(changed)
    return shown(api)


def delete(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteRestApi."""
    api = rest_api(records, given.get("restApiId"))
    del records.all(REST_APIS)[api["id"]]
    return {}


def _binary(api: Members, op: str, match: re.Match[str], value: str | None) -> None:
    held = [each for each in api.get("binaryMediaTypes") or () if each != unescaped(match["key"])]
    if op == "add":
        held.append(unescaped(match["key"]))
    elif op == "replace" and value:
        held.append(value)
    api["binaryMediaTypes"] = held


def _endpoint_type(api: Members, _: str, __: re.Match[str], value: str | None) -> None:
    kept = api["endpointConfiguration"]
    api["endpointConfiguration"] = {**kept, "types": [value]}
    if value != "PRIVATE":
        api["endpointConfiguration"].pop("vpcEndpointIds", None)


def _vpc_endpoint(api: Members, op: str, _: re.Match[str], value: str | None) -> None:
    held = [each for each in api["endpointConfiguration"].get("vpcEndpointIds") or () if each != value]
    api["endpointConfiguration"]["vpcEndpointIds"] = [*held, value] if op == "add" else held


def _address_type(api: Members, _: str, __: re.Match[str], value: str | None) -> None:
    api["endpointConfiguration"]["ipAddressType"] = value


_PATHS: Paths = (
    ("/name", "replace", plain("name")),
    ("/description", "replace|remove", plain("description")),
    ("/apiKeySource", "replace", plain("apiKeySource")),
    ("/minimumCompressionSize", "replace|remove", plain("minimumCompressionSize", int)),
    ("/policy", "replace|remove", plain("policy")),
    ("/disableExecuteApiEndpoint", "replace", plain("disableExecuteApiEndpoint", boolean)),
    ("/binaryMediaTypes/(?P<key>.+)", "add|replace|remove", _binary),
    ("/endpointConfiguration/types/(?P<key>[^/]+)", "replace", _endpoint_type),
    ("/endpointConfiguration/vpcEndpointIds", "add|remove", _vpc_endpoint),
    (
        "/endpointConfiguration/ipAddressType",
        "replace",
        _address_type,
    ),
    ("/tags/(?P<key>.+)", "add|replace|remove", entry("tags")),
)

EMULATED: Mapping[str, EmulatedOperation] = {
    "CreateRestApi": create,
    "DeleteRestApi": delete,
    "GetRestApi": get,
    "GetRestApis": list_all,
    "ImportRestApi": import_,
    "PutRestApi": put,
    "UpdateRestApi": update,
}
