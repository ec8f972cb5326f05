"""The API in front of an endpoint, as a part of the delivered template: function, gateway, deployment, logs, alarms.

The part is written for one stage from its settings; rendering a release puts it into that stage's template and fills in
what only a model says: its columns, and so the OpenAPI document. Two resources freeze what they are made of, and get
its hash into their logical ids then: `ApiVersion` and `ApiDeployment`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from delivery import api_access, api_alarms, api_functions
from delivery.api_names import ALIAS, STAGE, ApiNames, tags
from delivery.endpoint import attribute
from settings.api import ApiSettings

# What API Gateway writes of a request: no payload, no header, and no path but the document's own (Amazon API Gateway
# Developer Guide, "Variables for access logging for API Gateway").
_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "error": "$context.error.responseType",
    "account": "$context.identity.accountId",
    "key": "$context.identity.apiKeyId",
    "waf": "$context.wafResponseCode",
}


def api_part(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """The part: `Parameters`, `Resources`, `Outputs`, and under `OpenApi` what rendering needs for the document."""
    resources = {
        **api_functions.functions(settings, names),
        **api_functions.deployment(settings, names),
        **_gateway(settings, names),
        **api_access.plans(settings, names),
        **api_access.domain(settings, names),
        **api_access.firewall(settings, names),
        **api_functions.table(settings, names),
        **api_alarms.alarms(settings, names),
    }
    return {
        "Parameters": _parameters(settings, names),
        "Resources": resources,
        "Outputs": _outputs(settings),
        "OpenApi": {"Authentication": settings.authentication, "MaxRows": settings.max_rows, "Title": names.name},
    }


# What the part refers to and rendering fills in with a release's own values; none of it is a parameter, so that the
# update before a release's own, which has the parameters of before, is one of the template of before.
FILLED = (
    "ApiModelVersion",
    "ApiFeatureCount",
    "ApiFeatures",
    "ApiImageUri",
    "ApiCodeBucket",
    "ApiCodeKey",
)


def _parameters(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """Those whose values the account's own stack says."""
    return {
        name: {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": parameter,
            "Description": "SSM name of what the account's own stack says",
        }
        for name, parameter in names.account_parameters(settings).items()
    }


def _gateway(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    return {
        "ApiAccessLog": api_functions.log_group(settings, names.access_log()),
        "Api": _rest_api(settings, names),
        "ApiDeployment": {
            "Type": "AWS::ApiGateway::Deployment",
            # What it freezes is the API as it is then, its policy too.
            "Properties": {"RestApiId": {"Ref": "Api"}, "Description": {"Ref": "ModelPackageArn"}},
        },
        "ApiStage": _stage(settings),
        "ApiPermission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": "ApiAlias"},
                "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": names.execute_api(f"${{Api}}/{STAGE}/POST/predictions"),
            },
        },
    }


def _rest_api(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    private = settings.access == "private"
    endpoints = {"VpcEndpointIds": [{"Ref": "ApiVpcEndpointId"}, *settings.vpc_endpoints]} if private else {}
    properties: dict[str, Any] = {
        "Name": names.name,
        "Description": {"Fn::Sub": "Predictions of ${ProjectId} in ${Stage}"},
        "EndpointConfiguration": {"Types": ["PRIVATE" if private else "REGIONAL"], **endpoints},
        # Rendering puts the OpenAPI document here.
        "Body": {},
        "FailOnWarnings": True,
        "ApiKeySourceType": "HEADER",
        # Where there is a domain name, AWS's own is no second way in, with another certificate and policy.
        "DisableExecuteApiEndpoint": settings.domain is not None,
        "Tags": tags(),
    }
    if policy := api_access.resource_policy(settings):
        properties["Policy"] = policy
    return {"Type": "AWS::ApiGateway::RestApi", "Properties": properties}


def _stage(settings: ApiSettings) -> dict[str, Any]:
    return {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "DeploymentId": {"Ref": "ApiDeployment"},
            "StageName": STAGE,
            "AccessLogSetting": {
                "DestinationArn": attribute("ApiAccessLog", "Arn"),
                "Format": _access_log_format(_ACCESS_LOG),
            },
            "MethodSettings": [
                {
                    "ResourcePath": "/*",
                    "HttpMethod": "*",
                    "ThrottlingRateLimit": settings.throttle.rate,
                    "ThrottlingBurstLimit": settings.throttle.burst,
                    "MetricsEnabled": True,
                    # Execution logs hold payloads and headers.
                    "LoggingLevel": "OFF",
                    "DataTraceEnabled": False,
                }
            ],
            "TracingEnabled": settings.tracing,
            "Tags": tags(),
        },
    }


def _access_log_format(fields: Mapping[str, str]) -> str:
    return "{" + ",".join(f'"{name}":"{variable}"' for name, variable in fields.items()) + "}"


def _outputs(settings: ApiSettings) -> dict[str, Any]:
    url = f"https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{STAGE}/predictions"
    if settings.domain:
        url = f"https://{settings.domain.name}/predictions"
    found = {
        "ApiUrl": {"Value": {"Fn::Sub": url} if "${" in url else url},
        "ApiId": {"Value": {"Ref": "Api"}},
        "ApiFunctionVersion": {"Value": attribute("ApiVersion", "Version")},
        "ApiAlias": {"Value": ALIAS},
    }
    if settings.domain:
        # What the team's DNS leads its own name to.
        found["ApiDomainTarget"] = {"Value": attribute("ApiDomain", "RegionalDomainName")}
    return found
