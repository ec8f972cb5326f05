"""Pulumi's types of REST APIs, deployments, stages and the account's role for logs.

Source: terraform-provider-aws, internal/service/apigateway: which calls create and change each.
"""

from __future__ import annotations

import json
from typing import Any

from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Values
from rehearsal.service_model.sample import Sample, policy_document
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations
from rehearsal.services.apigateway.patch_operations import escaped

_BODY = {
    "openapi": "3.0.1",
    "info": {"title": "sample-api", "version": "1"},
    "paths": {
        "/": {
            "get": {
                "responses": {"200": {"description": "well"}},
                "x-amazon-apigateway-integration": {
                    "type": "mock",
                    "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    "responses": {"default": {"statusCode": "200"}},
                },
            }
        }
    },
}
_API_MEMBERS = ("description", "apiKeySource", "minimumCompressionSize", "disableExecuteApiEndpoint", "policy")


def replace(path: str, value: Any) -> dict[str, str]:
    """A patch operation that sets a value, or takes it away."""
    if value is None or value == "":
        return {"op": "remove", "path": path} if value is None else {"op": "replace", "path": path, "value": ""}
    return {"op": "replace", "path": path, "value": str(value).lower() if isinstance(value, bool) else str(value)}


def _create(values: Values, _: Values) -> Values:
    shaped = {name: value for name, value in values.items() if value is not None}
    if "endpointConfiguration" in shaped:
        shaped["endpointConfiguration"] = endpoint(shaped["endpointConfiguration"])
    return shaped


def endpoint(given: Any) -> dict[str, Any]:
    """An endpoint configuration: the provider has one type where AWS has a list."""
    stated = dict(given[0] if isinstance(given, list) else given)
    types = stated.pop("types", "EDGE")
    return {**stated, "types": [types] if isinstance(types, str) else list(types)}


def _patched(values: Values, _: Values) -> Values:
    operations = [replace(f"/{name}", values.get(name)) for name in ("name", *_API_MEMBERS) if name in values]
    for each in values.get("binaryMediaTypes") or ():
        operations.append({"op": "add", "path": f"/binaryMediaTypes/{escaped(str(each))}"})
    return {"patchOperations": operations}


REST_API = ResourceType(
    type="aws:apigateway/restApi:RestApi",
    create=ApiCall(
        operation="CreateRestApi",
        properties=("name", "binaryMediaTypes", "endpointConfiguration", "tags", *_API_MEMBERS),
        transform=_create,
    ),
    id="id",
    name="name",
    after_create=(
        ApiCall(
            operation="PutRestApi",
            properties=("body", "putRestApiMode", "failOnWarnings", "parameters"),
            members={"putRestApiMode": "mode"},
            parameters={"restApiId": "{id}", "mode": "overwrite"},
            condition=lambda resource: bool(resource.get("body")),
        ),
    ),
    update=(
        ApiCall(
            operation="UpdateRestApi",
            properties=("name", "binaryMediaTypes", *_API_MEMBERS),
            transform=_patched,
            parameters={"restApiId": "{id}"},
        ),
    ),
    replace_on=("endpointConfiguration",),
    read=ReadCall(operation="GetRestApi", parameters={"restApiId": "{id}"}),
    delete=(ApiCall(operation="DeleteRestApi", parameters={"restApiId": "{id}"}),),
    outputs={
        "arn": "arn:{partition}:apigateway:{region}::/restapis/{id}",
        "executionArn": "arn:{partition}:execute-api:{region}:{account}:{id}",
    },
    not_compared={
        "body": "AWS answers what it read, not the document",
        "putRestApiMode": "of the request alone",
        "failOnWarnings": "of the request alone",
        "parameters": "of the request alone",
        "endpointConfiguration": "AWS has a list where the provider has one type",
        "policy": "AWS fills in the API's ARN",
    },
    sample=Sample(
        {
            "name": "sample-api",
            "description": "A sample",
            "body": json.dumps(_BODY),
            "endpointConfiguration": {"types": "REGIONAL"},
            "policy": policy_document("execute-api:Invoke", principal="*", resource="execute-api:/*"),
        },
        update={"description": "Another"},
    ),
)

DEPLOYMENT = ResourceType(
    type="aws:apigateway/deployment:Deployment",
    create=ApiCall(operation="CreateDeployment", members={"restApi": "restApiId"}),
    id="id",
    read=ReadCall(operation="GetDeployment", parameters={"restApiId": "{restApi}", "deploymentId": "{id}"}),
    update=(
        ApiCall(
            operation="UpdateDeployment",
            properties=("description",),
            transform=lambda values, _: {"patchOperations": [replace("/description", values.get("description"))]},
            parameters={"restApiId": "{restApi}", "deploymentId": "{id}"},
        ),
    ),
    replace_on=("restApi", "variables", "triggers"),
    delete=(ApiCall(operation="DeleteDeployment", parameters={"restApiId": "{restApi}", "deploymentId": "{id}"}),),
    not_sent={"triggers": "the engine's own: a change of them makes another deployment"},
    not_compared={"restApi": "of the path", "variables": "a stage's"},
    sample=Sample(
        {"restApi": "${aws:apigateway/restApi:RestApi.id}", "description": "first", "triggers": {"body": "1"}},
        update={"description": "second"},
    ),
)


def _stage_created(values: Values, _: Values) -> Values:
    named = {"restApi": "restApiId", "deployment": "deploymentId", "xrayTracingEnabled": "tracingEnabled"}
    return {named.get(name, name): value for name, value in values.items()}


def _stage_patched(values: Values, resource: Values) -> Values:
    operations = []
    for name, path in (("deployment", "/deploymentId"), ("description", "/description")):
        if name in values:
            operations.append(replace(path, values[name]))
    if "xrayTracingEnabled" in values:
        operations.append(replace("/tracingEnabled", bool(values["xrayTracingEnabled"])))
    operations += [replace(f"/variables/{name}", value) for name, value in (values.get("variables") or {}).items()]
    del resource
    return {"patchOperations": operations}


def _logs(values: Values, _: Values) -> Values:
    stated = values.get("accessLogSettings") or {}
    settings = stated[0] if isinstance(stated, list) else stated
    paths = {"destinationArn": "/accessLogSettings/destinationArn", "format": "/accessLogSettings/format"}
    return {"patchOperations": [replace(path, settings.get(name)) for name, path in paths.items()]}


_STAGE = {"restApiId": "{restApi}", "stageName": "{stageName}"}
_NO_LOGS = {"patchOperations": [{"op": "remove", "path": "/accessLogSettings"}]}

STAGE = ResourceType(
    type="aws:apigateway/stage:Stage",
    create=ApiCall(
        operation="CreateStage",
        properties=("restApi", "deployment", "stageName", "description", "variables", "xrayTracingEnabled", "tags"),
        transform=_stage_created,
    ),
    id="ags-{restApi}-{stageName}",
    after_create=(
        ApiCall(
            operation="UpdateStage",
            properties=("accessLogSettings",),
            transform=_logs,
            parameters=_STAGE,
            condition=lambda resource: bool(resource.get("accessLogSettings")),
            unset=ApiCall(operation="UpdateStage", parameters={**_STAGE, **_NO_LOGS}),
        ),
    ),
    update=(
        ApiCall(
            operation="UpdateStage",
            properties=("deployment", "description", "variables", "xrayTracingEnabled"),
            transform=_stage_patched,
            parameters=_STAGE,
        ),
    ),
    replace_on=("restApi", "stageName"),
    read=ReadCall(
        operation="GetStage",
        parameters=_STAGE,
        outputs={"deployment": "deploymentId", "xrayTracingEnabled": "tracingEnabled"},
    ),
    delete=(ApiCall(operation="DeleteStage", parameters=_STAGE),),
    outputs={
        "arn": "arn:{partition}:apigateway:{region}::/restapis/{restApi}/stages/{stageName}",
        "invokeUrl": "https://{restApi}.execute-api.{region}.amazonaws.com/{stageName}",
        "executionArn": "arn:{partition}:execute-api:{region}:{account}:{restApi}/{stageName}",
    },
    not_compared={"restApi": "of the path"},
    tagging=TagOperations(parameters={"resourceArn": "{arn}"}),
    sample=Sample(
        {
            "restApi": "${aws:apigateway/restApi:RestApi.id}",
            "deployment": "${aws:apigateway/deployment:Deployment.id}",
            "stageName": "sample",
            "xrayTracingEnabled": True,
            "variables": {"purpose": "sample"},
        },
        update={"xrayTracingEnabled": False, "description": "changed"},
    ),
)


def _setting_operations(values: Values, resource: Values) -> Values:
    settings = values.get("settings") or {}
    settings = settings[0] if isinstance(settings, list) else settings
    path = str(resource["methodPath"])
    resource_path, _, verb = path.rpartition("/")
    prefix = f"/{escaped('/' + resource_path) if resource_path != '*' else '*'}/{verb}"
    known = {
        "metricsEnabled": "metrics/enabled",
        "loggingLevel": "logging/loglevel",
        "dataTraceEnabled": "logging/dataTrace",
        "throttlingBurstLimit": "throttling/burstLimit",
        "throttlingRateLimit": "throttling/rateLimit",
    }
    return {"patchOperations": [replace(f"{prefix}/{known[name]}", value) for name, value in settings.items()]}


METHOD_SETTINGS = ResourceType(
    type="aws:apigateway/methodSettings:MethodSettings",
    read_after_create=False,
    create=ApiCall(operation="UpdateStage", properties=("settings",), transform=_setting_operations, parameters=_STAGE),
    id="{restApi}-{stageName}-{methodPath}",
    read=ReadCall(operation="GetStage", parameters=_STAGE, path='methodSettings."{methodPath}" && @'),
    update=(
        ApiCall(operation="UpdateStage", properties=("settings",), transform=_setting_operations, parameters=_STAGE),
    ),
    replace_on=("restApi", "stageName", "methodPath"),
    delete=(
        ApiCall(
            operation="UpdateStage",
            parameters={**_STAGE, "patchOperations": [{"op": "remove", "path": "/{methodPath}"}]},
        ),
    ),
    not_sent={"methodPath": "of the patch operations' paths"},
    not_compared={"restApi": "of the path", "stageName": "of the path", "settings": "of one method among all"},
    sample=Sample(
        {
            "restApi": "${aws:apigateway/restApi:RestApi.id}",
            "stageName": "${aws:apigateway/stage:Stage.stageName}",
            "methodPath": "*/*",
            "settings": {"metricsEnabled": True, "throttlingRateLimit": 5, "throttlingBurstLimit": 10},
        },
        update={"settings": {"metricsEnabled": True, "throttlingRateLimit": 6, "throttlingBurstLimit": 10}},
    ),
)


def _role(values: Values, _: Values) -> Values:
    return {"patchOperations": [replace("/cloudwatchRoleArn", values.get("cloudwatchRoleArn") or "")]}


ACCOUNT = ResourceType(
    type="aws:apigateway/account:Account",
    create=ApiCall(operation="UpdateAccount", properties=("cloudwatchRoleArn",), transform=_role),
    id="{account}",
    read=ReadCall(
        operation="GetAccount",
        path="cloudwatchRoleArn && @",
        outputs={"cloudwatchRoleArn": "cloudwatchRoleArn", "throttleSettings": "[throttleSettings]"},
        only_outputs=True,
    ),
    # The provider has one structure as a list.
    outputs={"throttleSettings": "[throttleSettings]"},
    update=(ApiCall(operation="UpdateAccount", properties=("cloudwatchRoleArn",), transform=_role),),
    delete=(
        ApiCall(
            operation="UpdateAccount",
            parameters={"patchOperations": [{"op": "replace", "path": "/cloudwatchRoleArn", "value": ""}]},
        ),
    ),
    sample=Sample(
        {"cloudwatchRoleArn": "${aws:iam/role:Role.arn}"},
        no_update="the only property is a role, of which there is one sample",
    ),
)

PART = AwsService(
    name="apigateway",
    operations={},
    resource_types=(REST_API, DEPLOYMENT, STAGE, METHOD_SETTINGS, ACCOUNT),
)
