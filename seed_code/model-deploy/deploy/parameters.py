"""Values of the template's parameters for one stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy import project_contract as contract
from deploy.stages import StageSettings, StageSettingsError

DEFINITION = "TemplateParameters"


@dataclass(frozen=True)
class Checks:
    """Address and SHA-256 of what a package's endpoints are checked with; "none", both, where it has none."""

    uri: str = "none"
    sha256: str = "none"


def stage_parameters(
    template: Mapping[str, Any],
    project_id: str,
    settings: StageSettings,
    package_arn: str,
    checks: Checks,
) -> list[dict[str, str]]:
    """The list that CodePipeline's StackSet action reads: `[{"ParameterKey": …, "ParameterValue": …}]`.

    Raises `StageSettingsError` when a value is missing, unknown to the template or outside what it allows.
    """
    values = _values(project_id, settings, package_arn, checks)
    problems = _name_problems(template["Parameters"], values)
    problems += [
        f"{name} is {values[name]!r}; allowed: {allowed}"
        for name, allowed in contract.refused(DEFINITION, values).items()
    ]
    if problems:
        raise StageSettingsError([f"{settings.stage}: {problem}" for problem in problems])
    return [{"ParameterKey": key, "ParameterValue": str(values[key])} for key in sorted(values)]


def _values(
    project_id: str, settings: StageSettings, package_arn: str, checks: Checks
) -> dict[str, str | int]:
    tree = settings.parameters_path.rstrip("/")
    rules = contract.properties(DEFINITION)
    # Each account's own stack publishes these below its tree.
    of_account = {
        name: f"{tree}/{rule['x-account-parameter']}"
        for name, rule in rules.items()
        if "x-account-parameter" in rule
    }
    return {
        "ProjectId": project_id,
        "Stage": settings.stage,
        "EndpointName": settings.endpoint_name,
        "ModelPackageArn": package_arn,
        "ChecksUri": checks.uri,
        "ChecksSha256": checks.sha256,
        "ModelRoleName": settings.model_role_name,
        "TrafficShifting": settings.traffic_shifting,
        "ShiftStepInstances": settings.shift_step_instances,
        "WaitSeconds": settings.wait_seconds,
        "KeepSeconds": settings.keep_seconds,
        "DeploymentTimeoutSeconds": settings.deployment_timeout_seconds,
        "LatencyLimitMicroseconds": settings.latency_limit_ms * 1000,
        "InstanceType": settings.instance_type,
        "InitialInstanceCount": settings.initial_instance_count,
        "MinInstanceCount": settings.min_instance_count,
        "MaxInstanceCount": settings.max_instance_count,
        "TargetInvocationsPerInstance": settings.target_invocations_per_instance,
        "CapturePercentage": settings.capture_percentage,
        **of_account,
    }


def _name_problems(declared: Mapping[str, Any], values: Mapping[str, str | int]) -> list[str]:
    """Where template and values differ in their names: a template may be newer than this code."""
    unknown = [f"the template has no parameter {name}" for name in values if name not in declared]
    return unknown + [
        f"template parameter {name} has no value"
        for name, rule in declared.items()
        if name not in values and "Default" not in rule
    ]
