"""Values of the template's parameters for one stage, checked against the template itself."""

import re
from collections.abc import Mapping
from typing import Any

from .stages import SettingsError, StageSettings

# Template parameter -> name below the account's SSM tree. The account's own stack publishes them.
_ACCOUNT_PARAMETERS = {
    "SubnetIds": "network/subnet-ids",
    "SecurityGroupIds": "network/security-group-ids",
    "VolumeKeyArn": "keys/volumes",
    "CaptureKeyArn": "keys/capture",
    "CaptureBucket": "storage/capture-bucket",
    "AlarmTopicArn": "alarms/topic-arn",
}


def stage_parameters(
    template: Mapping[str, Any], project_id: str, settings: StageSettings, package_arn: str
) -> list[dict[str, str]]:
    """The list that CodePipeline's StackSet action reads: `[{"ParameterKey": …, "ParameterValue": …}]`.

    Raises `SettingsError` when a value is missing, unknown to the template or outside what it allows.
    """
    values = _values(project_id, settings, package_arn)
    problems = _problems(template["Parameters"], values)
    if problems:
        raise SettingsError([f"{settings.stage}: {problem}" for problem in problems])
    return [{"ParameterKey": key, "ParameterValue": values[key]} for key in sorted(values)]


def _values(project_id: str, settings: StageSettings, package_arn: str) -> dict[str, str]:
    tree = settings.parameters_path.rstrip("/")
    return {
        "ProjectId": project_id,
        "Stage": settings.stage,
        "EndpointName": settings.endpoint_name,
        "ModelPackageArn": package_arn,
        "ModelRoleName": settings.model_role_name,
        "TrafficShifting": settings.traffic_shifting,
        "BakeSeconds": str(settings.bake_seconds),
        "LatencyLimitMicroseconds": str(settings.latency_limit_ms * 1000),
        "InstanceType": settings.instance_type,
        "InitialInstanceCount": str(settings.initial_instance_count),
        "MinInstanceCount": str(settings.min_instance_count),
        "MaxInstanceCount": str(settings.max_instance_count),
        "TargetInvocationsPerInstance": str(settings.target_invocations_per_instance),
        "CapturePercentage": str(settings.capture_percentage),
        **{name: f"{tree}/{relative}" for name, relative in _ACCOUNT_PARAMETERS.items()},
    }


def _problems(declared: Mapping[str, Any], values: Mapping[str, str]) -> list[str]:
    unknown = [f"the template has no parameter {name}" for name in values if name not in declared]
    missing = [
        f"template parameter {name} has no value"
        for name, rule in declared.items()
        if name not in values and "Default" not in rule
    ]
    wrong = [
        f"{name} is {values[name]!r}; allowed: {allowed}"
        for name, rule in declared.items()
        if name in values and (allowed := _violated(rule, values[name]))
    ]
    return unknown + missing + wrong


def _violated(rule: Mapping[str, Any], value: str) -> str:
    """What the rule allows, if it does not allow the value; else an empty text."""
    if "AllowedValues" in rule and value not in rule["AllowedValues"]:
        return ", ".join(rule["AllowedValues"])
    if "AllowedPattern" in rule and not re.fullmatch(rule["AllowedPattern"], value):
        return f"text that matches {rule['AllowedPattern']}"
    if rule["Type"] != "Number":
        return ""
    low, high = rule["MinValue"], rule["MaxValue"]
    return "" if low <= float(value) <= high else f"{low} to {high}"
