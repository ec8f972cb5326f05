"""The template's parameters: what a stage decides, and where the account keeps what only it knows."""

from typing import Any

from .instances import VCPUS

# As in botocore's service models: sagemaker EndpointName and ModelPackageArn, iam roleNameType.
_ENTITY_NAME = "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$"
_MODEL_PACKAGE = r"^arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]{9,16}:[0-9]{12}:model-package/[a-zA-Z0-9-]{1,63}/[0-9]{1,9}$"
_ROLE_NAME = "^([a-zA-Z0-9+=,.@_-]+/)*[a-zA-Z0-9+=,.@_-]{1,64}$"
_SSM_NAME = "^(/[a-zA-Z0-9_.-]+){2,15}$"


def _text(description: str, pattern: str, **more: Any) -> dict[str, Any]:
    return {"Type": "String", "Description": description, "AllowedPattern": pattern, **more}


def _number(description: str, low: int, high: int, **more: Any) -> dict[str, Any]:
    return {"Type": "Number", "Description": description, "MinValue": low, "MaxValue": high, **more}


def _choice(description: str, values: list[str]) -> dict[str, Any]:
    return {"Type": "String", "Description": description, "AllowedValues": values}


def _from_account(description: str, kind: str = "String") -> dict[str, Any]:
    """A parameter whose value is an SSM name; CloudFormation reads it in the account that the stack is in."""
    return {
        "Type": f"AWS::SSM::Parameter::Value<{kind}>",
        "Description": description,
        "AllowedPattern": _SSM_NAME,
    }


def parameters() -> dict[str, Any]:
    """The template's `Parameters` section."""
    return {**_release(), **_capacity(), **_account()}


def _release() -> dict[str, Any]:
    return {
        "ProjectId": _text("The project's id", "^[a-z][a-z0-9-]{1,31}$"),
        "Stage": _choice("The stage that the account belongs to", ["staging", "production"]),
        "EndpointName": _text("The endpoint's name, the same for every model it serves", _ENTITY_NAME),
        "ModelPackageArn": _text("The approved model package", _MODEL_PACKAGE),
        "ModelRoleName": _text("Name with path of the account's model execution role", _ROLE_NAME),
        "TrafficShifting": _choice("How an update moves traffic", ["ALL_AT_ONCE", "CANARY"]),
        "BakeSeconds": _number("How long an update is watched before the old fleet goes", 0, 1800),
        "LatencyLimitMicroseconds": _number("p99 of ModelLatency above which alarms fire", 1, 60_000_000),
    }


def _capacity() -> dict[str, Any]:
    return {
        "InstanceType": _choice("The endpoint's instance type", sorted(VCPUS)),
        "InitialInstanceCount": _number("Instances at creation", 1, 100),
        "MinInstanceCount": _number("Fewest instances", 1, 100),
        "MaxInstanceCount": _number("Most instances", 1, 100),
        "TargetInvocationsPerInstance": _number("Requests a minute and instance to scale for", 1, 10_000_000),
        "CapturePercentage": _number("Share of requests whose data is captured", 0, 100),
    }


def _account() -> dict[str, Any]:
    return {
        "SubnetIds": _from_account("SSM name of the private subnets", "List<String>"),
        "SecurityGroupIds": _from_account("SSM name of the endpoint's security groups", "List<String>"),
        "VolumeKeyArn": _from_account("SSM name of the key for volumes"),
        "CaptureKeyArn": _from_account("SSM name of the capture bucket's key"),
        "CaptureBucket": _from_account("SSM name of the bucket for captured data"),
        "AlarmTopicArn": _from_account("SSM name of the topic for alarms"),
    }
