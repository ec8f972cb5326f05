"""The API's functions and what moves traffic between their versions, as CloudFormation resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from delivery.api_names import ALIAS, ApiNames, tags
from delivery.endpoint import VARIANT, attribute
from settings.api import ApiSettings

# That of the image and of the archive's wheels (components/builds/api_functions.py).
RUNTIME = "python3.11"
# API Gateway waits for 29 seconds (Amazon API Gateway Developer Guide, "Quotas for configuring and running a REST
# API").
API_SECONDS = 28
# AWS CodeDeploy waits an hour for a hook; Lambda runs one for 15 minutes at most.
HOOK_SECONDS = 900
_MEMORY_MB = 512
# A name that is fixed must be free again when a project comes back.
_GOES_WITH_THE_STACK = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
_NETWORK = {"SubnetIds": {"Ref": "SubnetIds"}, "SecurityGroupIds": {"Ref": "SecurityGroupIds"}}


def functions(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """The API's function with its version and alias, and the authorizer where tokens are taken."""
    found = {
        "ApiFunctionLog": log_group(settings, f"/aws/lambda/{names.function()}"),
        "ApiFunction": _function(
            settings,
            names,
            "",
            handler="handler",
            log="ApiFunctionLog",
            role=names.role_arn(),
            timeout=API_SECONDS,
            network=True,
            variables=_api_variables(settings, names),
            what="Answers callers of the model",
        ),
        "ApiVersion": {
            "Type": "AWS::Lambda::Version",
            # Versions that were served before stay until a release no longer names them; then CloudFormation removes
            # them, once the alias has moved.
            "Properties": {"FunctionName": {"Ref": "ApiFunction"}, "Description": {"Ref": "ModelPackageArn"}},
        },
        "ApiAlias": _alias(),
    }
    if settings.tokens:
        found |= _authorizer(settings, names)
    return found | _hooks(settings, names)


def _hooks(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """What CodeDeploy calls before a new version gets traffic, and once it has all of it."""
    shared = {
        "NEW_VERSION": {"Ref": "ApiVersion"},
        "FEATURE_COUNT": {"Ref": "ApiFeatureCount"},
        "CHECKS_URI": {"Ref": "ChecksUri"},
    }
    captures = {
        "ALIAS": ALIAS,
        "CAPTURE_BUCKET": {"Ref": "CaptureBucket"},
        "CAPTURE_PREFIX": {"Fn::Sub": f"${{ProjectId}}/${{EndpointName}}/{VARIANT}"},
        # As text, which a variable is: the parameter is a number.
        "CAPTURE_PERCENT": {"Fn::Sub": "${CapturePercentage}"},
    }
    found: dict[str, Any] = {}
    for purpose, handler, more, what in (
        ("before", "before_traffic", {}, "Calls a new version of the API with held-out rows"),
        ("after", "after_traffic", captures, "Looks whether a new version of the API answers and is captured"),
    ):
        part = f"Api{purpose.capitalize()}"
        found[f"{part}Log"] = log_group(settings, f"/aws/lambda/{names.function(purpose)}")
        found[f"{part}Function"] = _function(
            settings,
            names,
            purpose,
            handler=handler,
            log=f"{part}Log",
            role=names.role_arn("hooks"),
            timeout=HOOK_SECONDS,
            network=True,
            variables={**shared, **more},
            what=what,
        )
    return found


def _api_variables(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    variables: dict[str, Any] = {
        "ENDPOINT_NAME": {"Ref": "EndpointName"},
        "MODEL_VERSION": {"Ref": "ApiModelVersion"},
        "FEATURE_COUNT": {"Ref": "ApiFeatureCount"},
        "FEATURES": {"Ref": "ApiFeatures"},
        "MAX_ROWS": str(settings.max_rows),
        "POWERTOOLS_METRICS_NAMESPACE": "InferenceApi",
    }
    if settings.idempotency:
        variables["IDEMPOTENCY_TABLE"] = names.name
    return variables


def _alias() -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Alias",
        # A version speaks of the model that it was delivered with: first the endpoint, then the callers.
        "DependsOn": ["Endpoint"],
        "Properties": {
            "FunctionName": {"Ref": "ApiFunction"},
            "FunctionVersion": attribute("ApiVersion", "Version"),
            "Name": ALIAS,
        },
        # An attribute and no macro, which service-managed StackSets would refuse.
        "UpdatePolicy": {
            "CodeDeployLambdaAliasUpdate": {
                "ApplicationName": {"Ref": "ApiApplication"},
                "DeploymentGroupName": {"Ref": "ApiDeploymentGroup"},
                "BeforeAllowTrafficHook": {"Ref": "ApiBeforeFunction"},
                "AfterAllowTrafficHook": {"Ref": "ApiAfterFunction"},
            }
        },
    }


def _authorizer(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    assert settings.tokens is not None  # noqa: S101 - the caller asked
    variables = {
        "ISSUER": settings.tokens.issuer,
        "AUDIENCES": " ".join(settings.tokens.audiences),
        "KEY_SET": settings.tokens.key_set,
    }
    return {
        "ApiAuthorizerLog": log_group(settings, f"/aws/lambda/{names.function('authorizer')}"),
        "ApiAuthorizerFunction": _function(
            settings,
            names,
            "authorizer",
            handler="authorizer",
            log="ApiAuthorizerLog",
            role=names.role_arn("authorizer"),
            timeout=10,
            # Outside the VPC, which reaches no issuer.
            network=False,
            variables=variables,
            what="Reads callers' tokens",
        ),
        "ApiAuthorizerPermission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": attribute("ApiAuthorizerFunction", "Arn"),
                "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": names.execute_api("${Api}/authorizers/*"),
            },
        },
    }


def _function(
    settings: ApiSettings,
    names: ApiNames,
    purpose: str,
    *,
    handler: str,
    log: str,
    role: Mapping[str, Any],
    timeout: int,
    network: bool,
    variables: Mapping[str, Any],
    what: str,
) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "FunctionName": names.function(purpose),
        "Description": what,
        "Role": role,
        "Timeout": timeout,
        "MemorySize": _MEMORY_MB,
        **_package(settings, f"inference_api.{handler}.handle"),
        "Environment": {
            "Variables": {"POWERTOOLS_SERVICE_NAME": names.function(purpose), **_tracing(settings), **variables}
        },
        "LoggingConfig": {"LogGroup": {"Ref": log}},
        "TracingConfig": {"Mode": "Active" if settings.tracing else "PassThrough"},
        "Tags": tags(),
    }
    if network:
        properties["VpcConfig"] = _NETWORK
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def _tracing(settings: ApiSettings) -> dict[str, str]:
    return {} if settings.tracing else {"POWERTOOLS_TRACE_DISABLED": "true"}


def _package(settings: ApiSettings, handler: str) -> dict[str, Any]:
    if settings.package == "image":
        return {
            "PackageType": "Image",
            "Code": {"ImageUri": {"Ref": "ApiImageUri"}},
            "ImageConfig": {"Command": [handler]},
        }
    return {
        "PackageType": "Zip",
        "Runtime": RUNTIME,
        "Handler": handler,
        "Code": {"S3Bucket": {"Ref": "ApiCodeBucket"}, "S3Key": {"Ref": "ApiCodeKey"}},
    }


def deployment(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """CodeDeploy's application and group, which move the alias."""
    return {
        "ApiApplication": {
            "Type": "AWS::CodeDeploy::Application",
            "Properties": {"ApplicationName": names.name, "ComputePlatform": "Lambda", "Tags": tags()},
        },
        "ApiDeploymentGroup": {
            "Type": "AWS::CodeDeploy::DeploymentGroup",
            "Properties": {
                "ApplicationName": {"Ref": "ApiApplication"},
                "DeploymentGroupName": ALIAS,
                "ServiceRoleArn": names.role_arn("deployment"),
                "DeploymentConfigName": f"CodeDeployDefault.{settings.shift}",
                "DeploymentStyle": {
                    "DeploymentType": "BLUE_GREEN",
                    "DeploymentOption": "WITH_TRAFFIC_CONTROL",
                },
                "AlarmConfiguration": {
                    "Enabled": True,
                    "Alarms": [{"Name": {"Ref": alarm}} for alarm in DEPLOYMENT_ALARMS],
                },
                "AutoRollbackConfiguration": {
                    "Enabled": True,
                    "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
                },
                "Tags": tags(),
            },
        },
    }


# Alarms that stop a deployment, by logical id: `delivery.api_alarms`.
DEPLOYMENT_ALARMS = ("ApiVersionDurationAlarm", "ApiVersionErrorsAlarm", "ApiServerErrorsAlarm")


def table(settings: ApiSettings, names: ApiNames) -> dict[str, Any]:
    """Where answers to keys of idempotency are remembered, in the form of Powertools; nothing where they are not."""
    if not settings.idempotency:
        return {}
    return {
        "ApiTable": {
            "Type": "AWS::DynamoDB::Table",
            **_GOES_WITH_THE_STACK,
            "Properties": {
                "TableName": names.name,
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
                "TimeToLiveSpecification": {"AttributeName": "expiration", "Enabled": True},
                "SSESpecification": {"SSEEnabled": True},
                "Tags": tags(),
            },
        }
    }


def log_group(settings: ApiSettings, name: str) -> dict[str, Any]:
    """A log group under the account's key of operations."""
    return {
        "Type": "AWS::Logs::LogGroup",
        **_GOES_WITH_THE_STACK,
        "Properties": {
            "LogGroupName": name,
            "RetentionInDays": settings.log_days,
            "KmsKeyId": {"Ref": "ApiLogsKeyArn"},
            "Tags": tags(),
        },
    }
