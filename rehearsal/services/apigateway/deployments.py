"""Deployments, stages, and the account's role for logs: what of an API answers, and how."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords
from rehearsal.services.apigateway.patch_operations import Paths, apply, boolean, entry, plain, unescaped
from rehearsal.services.apigateway.store import (
    ACCOUNT,
    bad_request,
    conflict,
    items,
    new_id,
    not_found,
    now,
    part,
    rest_api,
    shown,
)

_STAGE_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
# What a deployment keeps as it was. Source: see `deployed`.
SNAPSHOT = ("_resources", "_models", "_validators", "_authorizers", "_gateway_responses", "policy", "binaryMediaTypes")
_SETTINGS: Mapping[str, tuple[str, Any]] = {
    "metrics/enabled": ("metricsEnabled", boolean),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", boolean),
    "throttling/burstLimit": ("throttlingBurstLimit", int),
    "throttling/rateLimit": ("throttlingRateLimit", float),
}
_LOG_LEVELS = ("OFF", "ERROR", "INFO")


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Deploying a REST API in Amazon API Gateway": every change of resources, '
    "methods and integrations, and of the resource policy, needs another deployment",
)
def deployed(api: Mapping[str, Any]) -> Members:
    """A deployment answers as the API was when it was made, whatever is changed afterwards."""
    kept: Members = {
        name: copy.deepcopy(api.get(name)) for name in (*SNAPSHOT, "apiKeySource", "disableExecuteApiEndpoint")
    }
    methods = [method for resource in kept["_resources"].values() for method in resource["resourceMethods"].values()]
    if not methods:
        raise bad_request("The REST API doesn't contain any methods")
    if any(not method.get("methodIntegration") for method in methods):
        raise bad_request("No integration defined for method")
    return kept


def create_deployment(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateDeployment."""
    api = rest_api(records, given.get("restApiId"))
    if given.get("canarySettings") or given.get("cacheClusterEnabled"):
        raise bad_request("canarySettings and cacheClusterEnabled are not rehearsed")
    if api["endpointConfiguration"]["types"] == ["PRIVATE"] and not api.get("policy"):
        raise bad_request("Private REST API doesn't have a resource policy attached to it")
    id_ = new_id(6)
    deployment: Members = {
        "id": id_,
        "description": given.get("description"),
        "createdDate": now(),
        "_snapshot": deployed(api),
    }
    api["_deployments"][id_] = deployment
    name = given.get("stageName")
    if name and name in api["_stages"]:
        api["_stages"][name]["deploymentId"] = id_
    elif name:
        stage = {"stageName": name, "deploymentId": id_, "description": given.get("stageDescription")}
        more = {"variables": given.get("variables"), "tracingEnabled": given.get("tracingEnabled")}
        create_stage(records, {"restApiId": api["id"], **stage, **more})
    return shown(deployment)


def get_deployment(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetDeployment."""
    return shown(_deployment(rest_api(records, given.get("restApiId")), given.get("deploymentId")))


def list_deployments(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetDeployments."""
    return items(rest_api(records, given.get("restApiId"))["_deployments"].values())


def update_deployment(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateDeployment."""
    deployment = _deployment(rest_api(records, given.get("restApiId")), given.get("deploymentId"))
    apply(deployment, given.get("patchOperations"), (("/description", "replace|remove", plain("description")),))
    return shown(deployment)


@aws_behavior('Amazon API Gateway REST API Reference, "DeleteDeployment"; botocore, apigateway DeleteDeployment')
def delete_deployment(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """A deployment that a stage answers with cannot be deleted."""
    api = rest_api(records, given.get("restApiId"))
    deployment = _deployment(api, given.get("deploymentId"))
    if any(stage["deploymentId"] == deployment["id"] for stage in api["_stages"].values()):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del api["_deployments"][deployment["id"]]
    return {}


def _deployment(api: Mapping[str, Any], id_: Any) -> Members:
    return part(api, "_deployments", id_, "Invalid Deployment identifier specified")


# ---- stages


def create_stage(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateStage."""
    api, name = rest_api(records, given.get("restApiId")), str(given.get("stageName") or "")
    if not _STAGE_NAME.fullmatch(name):
        raise bad_request("Stage name only allows a-zA-Z0-9_-")
    if name in api["_stages"]:
        raise conflict("Stage already exists")
    if given.get("cacheClusterEnabled") or given.get("canarySettings"):
        raise bad_request("cacheClusterEnabled and canarySettings are not rehearsed")
    _deployment(api, given.get("deploymentId"))
    stage: Members = {
        "stageName": name,
        "deploymentId": given["deploymentId"],
        "description": given.get("description"),
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "variables": _variables(given.get("variables")),
        "documentationVersion": given.get("documentationVersion"),
        "tracingEnabled": bool(given.get("tracingEnabled")),
        "tags": dict(given.get("tags") or {}),
        "createdDate": now(),
        "lastUpdatedDate": now(),
    }
    api["_stages"][name] = stage
    return shown(stage)


def _variables(given: Mapping[str, str] | None) -> dict[str, str] | None:
    for name, value in (given or {}).items():
        if not re.fullmatch(r"\w+", name) or not re.fullmatch(r"[A-Za-z0-9\-._~:/?#&=,]+", value):
            raise bad_request(
                f"Stage variable {name}: the name allows letters, digits and _, the value also -._~:/?#&=,"
            )
    return dict(given) if given else None


def get_stage(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetStage."""
    return shown(_stage(records, given))


def list_stages(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """GetStages."""
    stages = rest_api(records, given.get("restApiId"))["_stages"].values()
    asked = given.get("deploymentId")
    return {"item": [shown(stage) for stage in stages if asked in (None, stage["deploymentId"])]}


def update_stage(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateStage."""
    stage, api = _stage(records, given), rest_api(records, given.get("restApiId"))
    changed = copy.deepcopy(stage)
    apply(changed, given.get("patchOperations"), _STAGE_PATHS)
    _deployment(api, changed["deploymentId"])
    _variables(changed.get("variables"))
    logs = changed.get("accessLogSettings")
    logged = [each for each in changed["methodSettings"].values() if each.get("loggingLevel", "OFF") != "OFF"]
    if (logs or logged) and not account(records).get("cloudwatchRoleArn"):
        raise bad_request("CloudWatch Logs role ARN must be set in account settings to enable logging")
    if logs and not re.fullmatch(r"arn:aws[\w-]*:(logs|firehose):.+", logs.get("destinationArn", "")):
        raise bad_request("Invalid ARN specified in the request. ARNs must start with 'arn:' and contain a log group")
    if (
        logs
        and "$context.requestId" not in logs.get("format", "")
        and "extendedRequestId" not in logs.get("format", "")
    ):
        raise bad_request("Access Log format must contain at least $context.requestId or $context.extendedRequestId")
    stage.clear()
    stage.update(changed, lastUpdatedDate=now())
    return shown(stage)


def delete_stage(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteStage."""
    stage, api = _stage(records, given), rest_api(records, given.get("restApiId"))
    del api["_stages"][stage["stageName"]]
    return {}


def _stage(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    return part(
        rest_api(records, given.get("restApiId")),
        "_stages",
        given.get("stageName"),
        "Invalid stage identifier specified",
    )


def _access_log(member: str) -> Any:
    def change(stage: Members, op: str, _: re.Match[str], value: str | None) -> None:
        held = dict(stage.get("accessLogSettings") or {})
        held.pop(member, None)
        if op != "remove" and value:
            # A log group's ARN ends in :* in some places; API Gateway takes it without.
            held[member] = value.removesuffix(":*") if member == "destinationArn" else value
        stage["accessLogSettings"] = held or None

    return change


def _no_access_log(stage: Members, *_: Any) -> None:
    stage["accessLogSettings"] = None


def _method_setting(stage: Members, op: str, match: re.Match[str], value: str | None) -> None:
    member, convert = _SETTINGS[match["setting"]]
    key = f"{unescaped(match['path']).lstrip('/') if match['path'] != '*' else '*'}/{match['verb']}"
    held: Members = stage["methodSettings"].setdefault(key, {})
    if op == "remove":
        held.pop(member, None)
        return
    try:
        held[member] = convert(value or "")
    except ValueError:
        raise bad_request(f"Invalid value '{value}' for {member}") from None
    if member == "loggingLevel" and held[member] not in _LOG_LEVELS:
        raise bad_request(f"Invalid logging level {value}: one of {', '.join(_LOG_LEVELS)}")


def _no_method_settings(stage: Members, _: str, match: re.Match[str], __: str | None) -> None:
    stage["methodSettings"].pop(f"{unescaped(match['path']).lstrip('/')}/{match['verb']}", None)


_STAGE_PATHS: Paths = (
    ("/deploymentId", "replace", plain("deploymentId")),
    ("/description", "replace|remove", plain("description")),
    ("/documentationVersion", "replace|remove", plain("documentationVersion")),
    ("/tracingEnabled", "replace", plain("tracingEnabled", boolean)),
    ("/variables/(?P<key>[^/]+)", "add|replace|remove", entry("variables")),
    ("/accessLogSettings/format", "add|replace|remove", _access_log("format")),
    ("/accessLogSettings/destinationArn", "add|replace|remove", _access_log("destinationArn")),
    ("/accessLogSettings", "remove", _no_access_log),
    (
        rf"/(?P<path>[^/]+)/(?P<verb>[A-Z]+|\*)/(?P<setting>{'|'.join(_SETTINGS)})",
        "replace|remove",
        _method_setting,
    ),
    (r"/(?P<path>[^/]+)/(?P<verb>[A-Z]+|\*)", "remove", _no_method_settings),
)


# ---- the account


def account(records: ServiceRecords) -> Members:
    """The account's settings in the region."""
    default: Members = {
        "cloudwatchRoleArn": None,
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }
    return records.all(ACCOUNT).setdefault("account", default)


def get_account(records: ServiceRecords, _: Mapping[str, Any]) -> Members:
    """GetAccount."""
    return shown(account(records))


def update_account(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateAccount."""
    changed = dict(account(records))
    apply(
        changed, given.get("patchOperations"), (("/cloudwatchRoleArn", "replace|remove", plain("cloudwatchRoleArn")),)
    )
    role = changed.get("cloudwatchRoleArn")
    if role:
        require_log_role(records, role)
    account(records).update(cloudwatchRoleArn=role or None)
    return get_account(records, given)


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Permissions for CloudWatch logging": a role that '
    "apigateway.amazonaws.com may assume, and that may write logs",
)
def require_log_role(records: ServiceRecords, role_arn: str) -> None:
    """The account's role for logs must exist and trust API Gateway."""
    import json

    from moto.iam.models import iam_backends

    from rehearsal.service_model.trust import trusts_service

    roles = iam_backends[records.account]["aws"].roles.values()
    found = next((role for role in roles if role.arn == role_arn), None)
    trust: Any = found.assume_role_policy_document if found else {}
    if not trusts_service(json.loads(trust) if isinstance(trust, str) else trust, "apigateway.amazonaws.com"):
        raise bad_request(
            "The role ARN does not have required permissions set to API Gateway: apigateway.amazonaws.com must be able "
            f"to assume {role_arn}"
        )


EMULATED: Mapping[str, EmulatedOperation] = {
    "CreateDeployment": create_deployment,
    "CreateStage": create_stage,
    "DeleteDeployment": delete_deployment,
    "DeleteStage": delete_stage,
    "GetAccount": get_account,
    "GetDeployment": get_deployment,
    "GetDeployments": list_deployments,
    "GetStage": get_stage,
    "GetStages": list_stages,
    "UpdateAccount": update_account,
    "UpdateDeployment": update_deployment,
    "UpdateStage": update_stage,
}
__all__ = ["EMULATED", "account", "not_found"]
