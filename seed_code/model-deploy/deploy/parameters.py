"""Values of the template's parameters for one stage."""

from collections.abc import Mapping
from typing import Any

from deploy import project_contract as contract
from deploy.serving import AB_TEST, NONE, PIPELINE, SHADOW, SINGLE, StageModels, models_folder
from deploy.stages import StageSettings, StageSettingsError

DEFINITION = "TemplateParameters"
# Shapes whose template takes all values but those of other shapes: they move traffic and are captured.
_WHOLE = (SINGLE, AB_TEST, SHADOW, PIPELINE)
# Parameters of every shape's template: one that lacks them is another project's or an old one.
_ALWAYS = ("ProjectId", "Stage", "EndpointName", "ModelPackageArn", "ModelRoleName", "ServingShape")


def stage_parameters(
    template: Mapping[str, Any], project_id: str, settings: StageSettings, models: StageModels
) -> list[dict[str, str]]:
    """The list that CodePipeline's StackSet action reads: `[{"ParameterKey": …, "ParameterValue": …}]`.

    The template of a shape has the parameters that this shape takes. Raises `StageSettingsError` when a value
    is missing or outside what the template allows.
    """
    declared = template["Parameters"]
    every = _values(project_id, settings, models)
    values = {name: value for name, value in every.items() if name in declared}
    problems = [
        f"template parameter {name} has no value"
        for name, rule in declared.items()
        if name not in values and "Default" not in rule
    ]
    of_shape = _of_shape(project_id, settings, models).keys()
    needed = [name for name in every if name not in of_shape] if settings.serving_shape in _WHOLE else _ALWAYS
    problems = [f"the template has no parameter {name}" for name in needed if name not in declared] + problems
    problems += [
        f"{name} is {values[name]!r}; allowed: {allowed}"
        for name, allowed in contract.refused(DEFINITION, values).items()
    ]
    if problems:
        raise StageSettingsError([f"{settings.stage}: {problem}" for problem in problems])
    return [{"ParameterKey": key, "ParameterValue": str(values[key])} for key in sorted(values)]


def _values(project_id: str, settings: StageSettings, models: StageModels) -> dict[str, str | int]:
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
        "ModelPackageArn": models.primary.arn,
        "ChecksUri": models.primary.checks_uri,
        "ChecksSha256": models.primary.checks_sha256,
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
        **_of_shape(project_id, settings, models),
        **of_account,
    }


def _of_shape(project_id: str, settings: StageSettings, models: StageModels) -> dict[str, str | int]:
    """Parameters by which shapes of serving differ."""
    challenger = models.challenger
    weights = {AB_TEST: settings.challenger_percentage, SHADOW: settings.shadow_percentage}
    share = weights.get(settings.serving_shape, 0)
    # A shadow's share is of the copies: all requests are the first model's.
    primary = 100 - share if settings.serving_shape == AB_TEST and challenger else 100
    return {
        "ServingShape": settings.serving_shape,
        "ChallengerPackageArn": challenger.arn if challenger else NONE,
        "ChallengerChecksUri": challenger.checks_uri if challenger else NONE,
        "ChallengerChecksSha256": challenger.checks_sha256 if challenger else NONE,
        "PrimaryPercentage": primary,
        "ChallengerPercentage": share,
        "SameVariants": "yes" if models.same_variants else "no",
        "MemoryMegabytes": settings.memory_megabytes,
        "MaxConcurrency": settings.max_concurrency,
        "InvocationsPerInstance": settings.invocations_per_instance,
        "ImageUri": models.primary.image,
        "ModelsUri": models_folder(models.primary.model_data_url, project_id)[0],
    }
