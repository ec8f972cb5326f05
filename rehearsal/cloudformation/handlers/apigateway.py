"""API Gateway's types: REST APIs from OpenAPI documents, deployments, stages, the account's role for logs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rehearsal.cloudformation.resource_handler import (
    HandlerContext,
    Members,
    ResourceHandler,
    boolean,
    changed,
    given,
    lower_first,
    tag_map,
)
from rehearsal.services.apigateway.patch_operations import escaped

_API = "apigateway"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def replaced(path: str, value: Any) -> dict[str, str]:
    """A patch operation that sets a value, or takes it away."""
    if value is None:
        return {"op": "remove", "path": path}
    if isinstance(value, bool):
        return {"op": "replace", "path": path, "value": str(value).lower()}
    return {"op": "replace", "path": path, "value": _text(value)}


def patch(
    context: HandlerContext,
    operation: str,
    before: Members,
    after: Members,
    paths: Members,
    *,
    convert: Callable[[Any], Any] = lambda value: value,
    **identity: Any,
) -> None:
    """Change what differs by patch operations; `paths` maps properties to paths."""
    operations = [
        replaced(path, convert(after.get(name))) for name, path in paths.items() if changed(before, after, name)
    ]
    if operations:
        context.call(_API, operation, patchOperations=operations, **identity)


# ---- REST APIs

_API_PATHS: Members = {
    "Description": "/description",
    "ApiKeySourceType": "/apiKeySource",
    "MinimumCompressionSize": "/minimumCompressionSize",
    "DisableExecuteApiEndpoint": "/disableExecuteApiEndpoint",
    "Policy": "/policy",
}
_REHEARSED = {
    "Name",
    "Body",
    "Mode",
    "FailOnWarnings",
    "Parameters",
    "EndpointConfiguration",
    "BinaryMediaTypes",
    "Tags",
}


def _create_api(context: HandlerContext, properties: Members) -> Members:
    _require_rehearsed(context, properties)
    name = properties.get("Name") or ((properties.get("Body") or {}).get("info") or {}).get("title")
    if not name:
        raise context.fail("Name is required, or a Body whose info has a title")
    arguments: dict[str, Any] = {"name": name}
    for theirs, ours in (("Description", "description"), ("ApiKeySourceType", "apiKeySource")):
        if properties.get(theirs) is not None:
            arguments[ours] = properties[theirs]
    if properties.get("BinaryMediaTypes"):
        arguments["binaryMediaTypes"] = properties["BinaryMediaTypes"]
    if properties.get("MinimumCompressionSize") is not None:
        arguments["minimumCompressionSize"] = properties["MinimumCompressionSize"]
    if properties.get("EndpointConfiguration"):
        arguments["endpointConfiguration"] = lower_first(properties["EndpointConfiguration"])
    if properties.get("Policy"):
        arguments["policy"] = _text(properties["Policy"])
    if "DisableExecuteApiEndpoint" in properties:
        arguments["disableExecuteApiEndpoint"] = boolean(properties["DisableExecuteApiEndpoint"])
    if properties.get("Tags"):
        arguments["tags"] = tag_map(properties)
    made = context.call(_API, "create_rest_api", **arguments)
    try:
        if properties.get("Body"):
            _put_body(context, properties, made["id"])
    except Exception:
        context.call(_API, "delete_rest_api", restApiId=made["id"])
        raise
    return {"RestApiId": made["id"], "RootResourceId": made["rootResourceId"]}


def _require_rehearsed(context: HandlerContext, properties: Members) -> None:
    unknown = sorted(set(properties) - set(_API_PATHS) - _REHEARSED - {"RestApiId", "RootResourceId"})
    if unknown:
        raise context.fail(f"property {', '.join(unknown)} is not rehearsed")


def _put_body(context: HandlerContext, properties: Members, api: str) -> None:
    """Import the document; what the template says besides holds above it."""
    more = {"parameters": properties["Parameters"]} if properties.get("Parameters") else {}
    context.call(
        _API,
        "put_rest_api",
        restApiId=api,
        mode=properties.get("Mode") or "overwrite",
        failOnWarnings=boolean(properties.get("FailOnWarnings")),
        body=json.dumps(properties["Body"]).encode(),
        **more,
    )
    wanted = {"Name": "/name", **{key: path for key, path in _API_PATHS.items() if key != "Policy"}}
    operations = [replaced(path, properties[name]) for name, path in wanted.items() if properties.get(name) is not None]
    operations += [
        {"op": "add", "path": f"/binaryMediaTypes/{escaped(each)}"} for each in properties.get("BinaryMediaTypes") or ()
    ]
    if operations:
        context.call(_API, "update_rest_api", restApiId=api, patchOperations=operations)


def _update_api(context: HandlerContext, before: Members, after: Members) -> Members:
    _require_rehearsed(context, after)
    api = after["RestApiId"]
    if after.get("Body") and changed(before, after, "Body", "Mode", "Parameters", "FailOnWarnings", "Name"):
        _put_body(context, after, api)
    patch(context, "update_rest_api", before, after, {"Name": "/name", **_API_PATHS}, restApiId=api)
    if changed(before, after, "EndpointConfiguration"):
        _update_endpoint(context, before, after, api)
    _retag(context, before, after, f"arn:aws:apigateway:{context.region}::/restapis/{api}")
    return {}


def _update_endpoint(context: HandlerContext, before: Members, after: Members, api: str) -> None:
    old, new = before.get("EndpointConfiguration") or {}, after.get("EndpointConfiguration") or {}
    operations = []
    if old.get("Types") != new.get("Types"):
        first = (old.get("Types") or ["EDGE"])[0]
        kind = (new.get("Types") or ["EDGE"])[0]
        operations.append({"op": "replace", "path": f"/endpointConfiguration/types/{first}", "value": kind})
    was, now = set(old.get("VpcEndpointIds") or ()), set(new.get("VpcEndpointIds") or ())
    path = "/endpointConfiguration/vpcEndpointIds"
    operations += [{"op": "add", "path": path, "value": each} for each in sorted(now - was)]
    operations += [{"op": "remove", "path": path, "value": each} for each in sorted(was - now)]
    if operations:
        context.call(_API, "update_rest_api", restApiId=api, patchOperations=operations)


def _retag(context: HandlerContext, before: Members, after: Members, arn: str) -> None:
    old, new = tag_map(before), tag_map(after)
    added = {key: value for key, value in new.items() if old.get(key) != value}
    if added:
        context.call(_API, "tag_resource", resourceArn=arn, tags=added)
    removed = sorted(set(old) - set(new))
    if removed:
        context.call(_API, "untag_resource", resourceArn=arn, tagKeys=removed)


REST_API = ResourceHandler(
    type_name="AWS::ApiGateway::RestApi",
    create=_create_api,
    update=_update_api,
    delete=lambda context, properties: _done(context.call(_API, "delete_rest_api", restApiId=properties["RestApiId"])),
    reference=lambda properties: str(properties["RestApiId"]),
)


def _done(_: object) -> None:
    return None


# ---- deployments and stages


def _create_deployment(context: HandlerContext, properties: Members) -> Members:
    unknown = sorted(set(properties) - {"RestApiId", "Description", "StageName"})
    if unknown:
        raise context.fail(f"property {', '.join(unknown)} is not rehearsed")
    made = context.call(
        _API,
        "create_deployment",
        restApiId=properties["RestApiId"],
        **lower_first(given(properties, "Description", "StageName")),
    )
    return {"DeploymentId": made["id"]}


def _update_deployment(context: HandlerContext, before: Members, after: Members) -> Members:
    identity = {"restApiId": after["RestApiId"], "deploymentId": after["DeploymentId"]}
    patch(context, "update_deployment", before, after, {"Description": "/description"}, **identity)
    return {}


DEPLOYMENT = ResourceHandler(
    type_name="AWS::ApiGateway::Deployment",
    create=_create_deployment,
    update=_update_deployment,
    delete=lambda context, properties: _done(
        context.call(
            _API, "delete_deployment", restApiId=properties["RestApiId"], deploymentId=properties["DeploymentId"]
        )
    ),
    reference=lambda properties: str(properties["DeploymentId"]),
)

_STAGE_PATHS: Members = {
    "DeploymentId": "/deploymentId",
    "Description": "/description",
    "DocumentationVersion": "/documentationVersion",
}
_METHOD_SETTINGS: Members = {
    "MetricsEnabled": "metrics/enabled",
    "LoggingLevel": "logging/loglevel",
    "DataTraceEnabled": "logging/dataTrace",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
}


def _create_stage(context: HandlerContext, properties: Members) -> Members:
    known = {"RestApiId", "StageName", "Variables", "TracingEnabled", "AccessLogSetting", "MethodSettings", "Tags"}
    unknown = sorted(set(properties) - known - set(_STAGE_PATHS))
    if unknown:
        raise context.fail(f"property {', '.join(unknown)} is not rehearsed")
    arguments = lower_first(given(properties, "StageName", "DeploymentId", "Description", "DocumentationVersion"))
    if properties.get("Variables"):
        arguments["variables"] = properties["Variables"]
    if "TracingEnabled" in properties:
        arguments["tracingEnabled"] = boolean(properties["TracingEnabled"])
    if properties.get("Tags"):
        arguments["tags"] = tag_map(properties)
    context.call(_API, "create_stage", restApiId=properties["RestApiId"], **arguments)
    try:
        _patch_stage(context, {}, properties)
    except Exception:
        context.call(_API, "delete_stage", **_stage(properties))
        raise
    return {}


def _stage(properties: Members) -> dict[str, Any]:
    return {"restApiId": properties["RestApiId"], "stageName": properties["StageName"]}


def _patch_stage(context: HandlerContext, before: Members, after: Members) -> None:
    operations = [*_log_operations(before, after), *_setting_operations(before, after)]
    if operations:
        context.call(_API, "update_stage", **_stage(after), patchOperations=operations)


def _log_operations(before: Members, after: Members) -> list[dict[str, str]]:
    if not changed(before, after, "AccessLogSetting"):
        return []
    setting = after.get("AccessLogSetting")
    if not setting:
        return [{"op": "remove", "path": "/accessLogSettings"}]
    return [
        replaced("/accessLogSettings/destinationArn", setting.get("DestinationArn")),
        replaced("/accessLogSettings/format", setting.get("Format")),
    ]


def _settings(properties: Members) -> dict[str, Members]:
    """Method settings by the path that patch operations have for them."""
    found: dict[str, Members] = {}
    for each in properties.get("MethodSettings") or ():
        path, verb = each.get("ResourcePath", "/*"), each.get("HttpMethod", "*")
        found[f"/{'*' if path == '/*' else escaped(path)}/{verb}"] = each
    return found


def _setting_operations(before: Members, after: Members) -> list[dict[str, str]]:
    old, new = _settings(before), _settings(after)
    operations = [{"op": "remove", "path": path} for path in old if path not in new]
    for path, stated in new.items():
        for name, ending in _METHOD_SETTINGS.items():
            value, was = stated.get(name), old.get(path, {}).get(name)
            if value is not None and value != was:
                operations.append(replaced(f"{path}/{ending}", value))
            elif value is None and was is not None:
                operations.append({"op": "remove", "path": f"{path}/{ending}"})
    return operations


def _update_stage(context: HandlerContext, before: Members, after: Members) -> Members:
    patch(context, "update_stage", before, after, _STAGE_PATHS, **_stage(after))
    operations = []
    if changed(before, after, "TracingEnabled"):
        operations.append(replaced("/tracingEnabled", boolean(after.get("TracingEnabled"))))
    old, new = before.get("Variables") or {}, after.get("Variables") or {}
    operations += [replaced(f"/variables/{name}", new[name]) for name in new if old.get(name) != new[name]]
    operations += [{"op": "remove", "path": f"/variables/{name}"} for name in old if name not in new]
    if operations:
        context.call(_API, "update_stage", **_stage(after), patchOperations=operations)
    _patch_stage(context, before, after)
    arn = f"arn:aws:apigateway:{context.region}::/restapis/{after['RestApiId']}/stages/{after['StageName']}"
    _retag(context, before, after, arn)
    return {}


STAGE = ResourceHandler(
    type_name="AWS::ApiGateway::Stage",
    create=_create_stage,
    update=_update_stage,
    delete=lambda context, properties: _done(context.call(_API, "delete_stage", **_stage(properties))),
    reference=lambda properties: str(properties["StageName"]),
    name="StageName",
)


def _set_account(context: HandlerContext, properties: Members) -> Members:
    role = replaced("/cloudwatchRoleArn", properties.get("CloudWatchRoleArn") or "")
    context.call(_API, "update_account", patchOperations=[role])
    return {"Id": context.logical_id}


ACCOUNT = ResourceHandler(
    type_name="AWS::ApiGateway::Account",
    create=_set_account,
    update=lambda context, _, after: _set_account(context, after),
    # The account's settings stay (CloudFormation Template Reference, "AWS::ApiGateway::Account").
    delete=lambda context, _: _done(context.call(_API, "get_account")),
    reference=lambda properties: str(properties["Id"]),
)

HANDLERS = (REST_API, DEPLOYMENT, STAGE, ACCOUNT)
