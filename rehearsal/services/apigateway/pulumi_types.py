"""REST APIs as Pulumi keeps them: the API with its OpenAPI document, deployment, stage and the stage's throttles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample

_DOCUMENT = json.dumps(
    {
        "openapi": "3.0.1",
        "info": {"title": "sample", "version": "1"},
        "paths": {
            "/": {
                "get": {
                    "responses": {"200": {"description": "nothing"}},
                    "x-amazon-apigateway-integration": {
                        "type": "mock",
                        "requestTemplates": {"application/json": '{"statusCode": 200}'},
                    },
                }
            }
        },
    }
)


def _endpoint(values: Mapping[str, Any], _: Mapping[str, Any]) -> Mapping[str, Any]:
    """The provider takes one type; the API a list of it."""
    found = dict(values)
    if isinstance(configuration := found.get("endpointConfiguration"), Mapping):
        found["endpointConfiguration"] = {"types": [configuration["types"]]}
    return found


def _replace(path: str, value: str) -> dict[str, Any]:
    return {"patchOperations": [{"op": "replace", "path": path, "value": value}]}


REST_API = ResourceType(
    type="aws:apigateway/restApi:RestApi",
    create=ApiCall(
        operation="CreateRestApi",
        properties=("name", "description", "endpointConfiguration", "tags"),
        transform=_endpoint,
    ),
    # The provider makes the API and puts its document afterwards (terraform-provider-aws
    # internal/service/apigateway/rest_api.go).
    after_create=(
        ApiCall(operation="PutRestApi", properties=("body",), parameters={"restApiId": "{id}", "mode": "overwrite"}),
    ),
    update=(
        ApiCall(
            operation="UpdateRestApi",
            properties=("description",),
            members={"description": "-"},
            parameters={"restApiId": "{id}", **_replace("/description", "{description}")},
        ),
    ),
    id="id",
    name="name",
    read=ReadCall(operation="GetRestApi", parameters={"restApiId": "{id}"}),
    delete=(ApiCall(operation="DeleteRestApi", parameters={"restApiId": "{id}"}),),
    outputs={
        "rootResourceId": "rootResourceId",
        "executionArn": "arn:aws:execute-api:{region}:{account}:{id}",
        "arn": "arn:aws:apigateway:{region}::/restapis/{id}",
    },
    not_compared={"endpointConfiguration": "one type, where the API has a list"},
    sample=Sample(
        {
            "name": "sample",
            "description": "Sample",
            "body": _DOCUMENT,
            "endpointConfiguration": {"types": "REGIONAL"},
        },
        update={"description": "Sample, described again"},
    ),
)

DEPLOYMENT = ResourceType(
    type="aws:apigateway/deployment:Deployment",
    create=ApiCall(
        operation="CreateDeployment",
        properties=("restApi", "description"),
        members={"restApi": "restApiId"},
    ),
    id="id",
    read=ReadCall(
        operation="GetDeployment", parameters={"restApiId": "{restApi}", "deploymentId": "{id}"}, only_outputs=True
    ),
    delete=(ApiCall(operation="DeleteDeployment", parameters={"restApiId": "{restApi}", "deploymentId": "{id}"}),),
    not_sent={"triggers": "the provider's own: another value is another deployment"},
    sample=Sample(
        {"restApi": "${aws:apigateway/restApi:RestApi.id}", "triggers": {"document": "1"}},
        no_update="what it froze does not change",
    ),
)

STAGE = ResourceType(
    type="aws:apigateway/stage:Stage",
    create=ApiCall(
        operation="CreateStage",
        properties=("restApi", "deployment", "stageName", "description"),
        members={"restApi": "restApiId", "deployment": "deploymentId"},
    ),
    update=(
        ApiCall(
            operation="UpdateStage",
            properties=("deployment",),
            members={"deployment": "-"},
            parameters={
                "restApiId": "{restApi}",
                "stageName": "{stageName}",
                **_replace("/deploymentId", "{deployment}"),
            },
        ),
    ),
    id="ags-{restApi}-{stageName}",
    read=ReadCall(
        operation="GetStage", parameters={"restApiId": "{restApi}", "stageName": "{stageName}"}, only_outputs=True
    ),
    delete=(ApiCall(operation="DeleteStage", parameters={"restApiId": "{restApi}", "stageName": "{stageName}"}),),
    outputs={
        "invokeUrl": "https://{restApi}.execute-api.{region}.amazonaws.com/{stageName}",
        "executionArn": "arn:aws:execute-api:{region}:{account}:{restApi}/{stageName}",
        "arn": "arn:aws:apigateway:{region}::/restapis/{restApi}/stages/{stageName}",
    },
    sample=Sample(
        {
            "restApi": "${aws:apigateway/restApi:RestApi.id}",
            "deployment": "${aws:apigateway/deployment:Deployment.id}",
            "stageName": "sample",
        },
        no_update="it would need a second deployment",
    ),
)


def _throttles(values: Mapping[str, Any], resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """One change of the stage for each setting, at the methods' path."""
    settings = values.get("settings") or {}
    paths = {"throttlingBurstLimit": "throttling/burstLimit", "throttlingRateLimit": "throttling/rateLimit"}
    unknown = sorted(set(settings) - set(paths))
    if unknown:
        raise NotImplementedError(f"settings of methods that are not rehearsed: {', '.join(unknown)}")
    return {
        "patchOperations": [
            {"op": "replace", "path": f"/{resource['methodPath']}/{path}", "value": str(settings[name])}
            for name, path in paths.items()
            if name in settings
        ]
    }


_OF_STAGE = {"restApiId": "{restApi}", "stageName": "{stageName}"}
METHOD_SETTINGS = ResourceType(
    type="aws:apigateway/methodSettings:MethodSettings",
    create=ApiCall(operation="UpdateStage", properties=("settings",), parameters=_OF_STAGE, transform=_throttles),
    update=(ApiCall(operation="UpdateStage", properties=("settings",), parameters=_OF_STAGE, transform=_throttles),),
    id="{restApi}-{stageName}-{methodPath}",
    read=ReadCall(operation="GetStage", parameters=_OF_STAGE, only_outputs=True),
    delete=(
        ApiCall(
            operation="UpdateStage",
            parameters={**_OF_STAGE, "patchOperations": [{"op": "remove", "path": "/{methodPath}"}]},
        ),
    ),
    not_sent={"methodPath": "part of each change's path"},
    stays="A stage is still there without its methods' settings",
    sample=Sample(
        {
            "restApi": "${aws:apigateway/restApi:RestApi.id}",
            "stageName": "${aws:apigateway/stage:Stage.stageName}",
            "methodPath": "*/*",
            "settings": {"throttlingBurstLimit": 2, "throttlingRateLimit": 1},
        },
        update={"settings": {"throttlingBurstLimit": 3, "throttlingRateLimit": 1}},
    ),
)
TYPES = (REST_API, DEPLOYMENT, STAGE, METHOD_SETTINGS)
