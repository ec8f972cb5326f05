"""API Gateway's types beside APIs and stages: keys, usage plans, validators, authorizers, responses, domain names."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloudformation.handlers.apigateway import patch, replaced
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


def _done(_: object) -> None:
    return None


def _only(context: HandlerContext, properties: Members, *known: str) -> None:
    unknown = sorted(set(properties) - set(known))
    if unknown:
        raise context.fail(f"property {', '.join(unknown)} is not rehearsed")


def _tags(properties: Members) -> dict[str, Any]:
    return {"tags": tag_map(properties)} if properties.get("Tags") else {}


# ---- keys


def _create_key(context: HandlerContext, properties: Members) -> Members:
    _only(context, properties, "Name", "Description", "Enabled", "Value", "CustomerId", "Tags", "GenerateDistinctId")
    arguments = lower_first(given(properties, "Name", "Description", "Value", "CustomerId"))
    enabled = boolean(properties.get("Enabled", False))
    made = context.call(_API, "create_api_key", enabled=enabled, **arguments, **_tags(properties))
    return {"APIKeyId": made["id"]}


def _update_key(context: HandlerContext, before: Members, after: Members) -> Members:
    paths = {"Description": "/description", "CustomerId": "/customerId"}
    patch(context, "update_api_key", before, after, paths, apiKey=after["APIKeyId"])
    if changed(before, after, "Enabled"):
        enabled = replaced("/enabled", boolean(after.get("Enabled", False)))
        context.call(_API, "update_api_key", apiKey=after["APIKeyId"], patchOperations=[enabled])
    return {}


KEY = ResourceHandler(
    type_name="AWS::ApiGateway::ApiKey",
    create=_create_key,
    update=_update_key,
    delete=lambda context, properties: _done(context.call(_API, "delete_api_key", apiKey=properties["APIKeyId"])),
    reference=lambda properties: str(properties["APIKeyId"]),
    name="Name",
    name_limit=255,
)


# ---- usage plans


def _create_plan(context: HandlerContext, properties: Members) -> Members:
    _only(context, properties, "UsagePlanName", "Description", "ApiStages", "Throttle", "Quota", "Tags")
    made = context.call(
        _API,
        "create_usage_plan",
        name=properties["UsagePlanName"],
        apiStages=[_stage(each) for each in properties.get("ApiStages") or ()],
        **lower_first(given(properties, "Description", "Throttle", "Quota")),
        **_tags(properties),
    )
    return {"Id": made["id"]}


def _stage(stated: Members) -> dict[str, Any]:
    throttle = {path: lower_first(each) for path, each in (stated.get("Throttle") or {}).items()}
    return {"apiId": stated["ApiId"], "stage": stated["Stage"], **({"throttle": throttle} if throttle else {})}


def _update_plan(context: HandlerContext, before: Members, after: Members) -> Members:
    operations = []
    if changed(before, after, "Description"):
        operations.append(replaced("/description", after.get("Description")))
    if changed(before, after, "UsagePlanName"):
        operations.append(replaced("/name", after.get("UsagePlanName")))
    for name in ("Throttle", "Quota"):
        stated = after.get(name)
        if changed(before, after, name) and not stated:
            operations.append({"op": "remove", "path": f"/{name.lower()}"})
        elif changed(before, after, name) and stated:
            operations += [replaced(f"/{name.lower()}/{key[:1].lower()}{key[1:]}", stated[key]) for key in stated]
    operations += _stage_operations(before, after)
    if operations:
        context.call(_API, "update_usage_plan", usagePlanId=after["Id"], patchOperations=operations)
    return {}


def _stage_operations(before: Members, after: Members) -> list[dict[str, str]]:
    old = {f"{each['ApiId']}:{each['Stage']}": each for each in before.get("ApiStages") or ()}
    new = {f"{each['ApiId']}:{each['Stage']}": each for each in after.get("ApiStages") or ()}
    operations = [{"op": "remove", "path": "/apiStages", "value": name} for name in old if name not in new]
    operations += [{"op": "add", "path": "/apiStages", "value": name} for name in new if name not in old]
    for name, each in new.items():
        for path, throttle in (each.get("Throttle") or {}).items():
            where, _, verb = path.rpartition("/")
            prefix = f"/apiStages/{name}/throttle/{escaped(where)}/{verb}"
            operations += [replaced(f"{prefix}/{key[:1].lower()}{key[1:]}", value) for key, value in throttle.items()]
    return operations


def _delete_plan(context: HandlerContext, properties: Members) -> None:
    """Stages are taken out first: a plan that has some cannot be deleted."""
    stages = [f"{each['ApiId']}:{each['Stage']}" for each in properties.get("ApiStages") or ()]
    operations = [{"op": "remove", "path": "/apiStages", "value": each} for each in stages]
    if operations:
        context.call(_API, "update_usage_plan", usagePlanId=properties["Id"], patchOperations=operations)
    context.call(_API, "delete_usage_plan", usagePlanId=properties["Id"])


PLAN = ResourceHandler(
    type_name="AWS::ApiGateway::UsagePlan",
    create=_create_plan,
    update=_update_plan,
    delete=_delete_plan,
    reference=lambda properties: str(properties["Id"]),
    name="UsagePlanName",
    name_limit=255,
)


def _create_plan_key(context: HandlerContext, properties: Members) -> Members:
    made = context.call(_API, "create_usage_plan_key", **lower_first(dict(properties)))
    return {"Id": f"{made['id']}:{properties['UsagePlanId']}"}


PLAN_KEY = ResourceHandler(
    type_name="AWS::ApiGateway::UsagePlanKey",
    create=_create_plan_key,
    delete=lambda context, properties: _done(
        context.call(_API, "delete_usage_plan_key", usagePlanId=properties["UsagePlanId"], keyId=properties["KeyId"])
    ),
    reference=lambda properties: str(properties["Id"]),
)


# ---- validators, authorizers, gateway responses


def _create_validator(context: HandlerContext, properties: Members) -> Members:
    switches = {
        name[:1].lower() + name[1:]: boolean(properties.get(name))
        for name in ("ValidateRequestBody", "ValidateRequestParameters")
    }
    named = {"name": properties["Name"]} if properties.get("Name") else {}
    made = context.call(_API, "create_request_validator", restApiId=properties["RestApiId"], **named, **switches)
    return {"RequestValidatorId": made["id"]}


def _update_validator(context: HandlerContext, before: Members, after: Members) -> Members:
    paths = {
        "ValidateRequestBody": "/validateRequestBody",
        "ValidateRequestParameters": "/validateRequestParameters",
    }
    identity = {"restApiId": after["RestApiId"], "requestValidatorId": after["RequestValidatorId"]}
    patch(context, "update_request_validator", before, after, paths, convert=boolean, **identity)
    return {}


VALIDATOR = ResourceHandler(
    type_name="AWS::ApiGateway::RequestValidator",
    create=_create_validator,
    update=_update_validator,
    delete=lambda context, properties: _done(
        context.call(
            _API,
            "delete_request_validator",
            restApiId=properties["RestApiId"],
            requestValidatorId=properties["RequestValidatorId"],
        )
    ),
    reference=lambda properties: str(properties["RequestValidatorId"]),
)
_AUTHORIZER = (
    "Name",
    "Type",
    "AuthorizerUri",
    "AuthorizerCredentials",
    "IdentitySource",
    "IdentityValidationExpression",
    "AuthorizerResultTtlInSeconds",
)


def _create_authorizer(context: HandlerContext, properties: Members) -> Members:
    _only(context, properties, "RestApiId", "AuthType", *_AUTHORIZER)
    arguments = lower_first(given(properties, "RestApiId", "AuthType", *_AUTHORIZER))
    return {"AuthorizerId": context.call(_API, "create_authorizer", **arguments)["id"]}


def _update_authorizer(context: HandlerContext, before: Members, after: Members) -> Members:
    paths = {name: f"/{name[:1].lower()}{name[1:]}" for name in _AUTHORIZER}
    identity = {"restApiId": after["RestApiId"], "authorizerId": after["AuthorizerId"]}
    patch(context, "update_authorizer", before, after, paths, **identity)
    return {}


AUTHORIZER = ResourceHandler(
    type_name="AWS::ApiGateway::Authorizer",
    create=_create_authorizer,
    update=_update_authorizer,
    delete=lambda context, properties: _done(
        context.call(
            _API, "delete_authorizer", restApiId=properties["RestApiId"], authorizerId=properties["AuthorizerId"]
        )
    ),
    reference=lambda properties: str(properties["AuthorizerId"]),
)


def _put_response(context: HandlerContext, properties: Members) -> Members:
    arguments: dict[str, Any] = {
        "restApiId": properties["RestApiId"],
        "responseType": properties["ResponseType"],
        "responseParameters": properties.get("ResponseParameters") or {},
        "responseTemplates": {
            media: text if isinstance(text, str) else json.dumps(text)
            for media, text in (properties.get("ResponseTemplates") or {}).items()
        },
    }
    if properties.get("StatusCode"):
        arguments["statusCode"] = properties["StatusCode"]
    context.call(_API, "put_gateway_response", **arguments)
    return {"Id": f"{properties['RestApiId']}|{properties['ResponseType']}"}


RESPONSE = ResourceHandler(
    type_name="AWS::ApiGateway::GatewayResponse",
    create=_put_response,
    update=lambda context, _, after: _put_response(context, after),
    delete=lambda context, properties: _done(
        context.call(
            _API,
            "delete_gateway_response",
            restApiId=properties["RestApiId"],
            responseType=properties["ResponseType"],
        )
    ),
    reference=lambda properties: str(properties["Id"]),
)


# ---- domain names


def _create_domain(context: HandlerContext, properties: Members) -> Members:
    known = ("DomainName", "RegionalCertificateArn", "EndpointConfiguration", "SecurityPolicy", "Tags")
    _only(context, properties, *known)
    arguments = lower_first(given(properties, *known[:-1]))
    made = context.call(_API, "create_domain_name", **arguments, **_tags(properties))
    names = ("regionalDomainName", "regionalHostedZoneId", "domainNameArn")
    return {f"{name[:1].upper()}{name[1:]}": made[name] for name in names}


def _update_domain(context: HandlerContext, before: Members, after: Members) -> Members:
    paths = {"RegionalCertificateArn": "/regionalCertificateArn", "SecurityPolicy": "/securityPolicy"}
    patch(context, "update_domain_name", before, after, paths, domainName=after["DomainName"])
    return {}


DOMAIN = ResourceHandler(
    type_name="AWS::ApiGateway::DomainName",
    create=_create_domain,
    update=_update_domain,
    delete=lambda context, properties: _done(
        context.call(_API, "delete_domain_name", domainName=properties["DomainName"])
    ),
    reference=lambda properties: str(properties["DomainName"]),
)


def _path(properties: Members) -> str:
    return str(properties.get("BasePath") or "(none)")


def _create_mapping(context: HandlerContext, properties: Members) -> Members:
    context.call(_API, "create_base_path_mapping", **lower_first(dict(properties)))
    return {}


def _update_mapping(context: HandlerContext, before: Members, after: Members) -> Members:
    paths = {"Stage": "/stage", "RestApiId": "/restapiId"}
    identity = {"domainName": after["DomainName"], "basePath": _path(after)}
    patch(context, "update_base_path_mapping", before, after, paths, **identity)
    return {}


MAPPING = ResourceHandler(
    type_name="AWS::ApiGateway::BasePathMapping",
    create=_create_mapping,
    update=_update_mapping,
    delete=lambda context, properties: _done(
        context.call(_API, "delete_base_path_mapping", domainName=properties["DomainName"], basePath=_path(properties))
    ),
    reference=lambda properties: f"{properties['DomainName']}|{properties.get('BasePath', '')}",
)

HANDLERS = (KEY, PLAN, PLAN_KEY, VALIDATOR, AUTHORIZER, RESPONSE, DOMAIN, MAPPING)
