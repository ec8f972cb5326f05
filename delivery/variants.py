"""Two models beside each other: an A/B test by weight, or a shadow that gets copies of requests.

An update moves traffic in steps only where old and new configuration have the same variants (SageMaker Developer Guide,
"Deployment guardrails for updating models in production"): where the second model comes or goes, all traffic moves at
once. It is bounded by its weight then, and the first model is the one that served before.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from catalog.serving import ServingShape
from delivery import alarms, endpoint

CHALLENGER = "challenger"
# The second model's alarm on this update's own metrics begin with this.
_PREFIX = "Challenger"
_THERE, _SAME, _SCALED = "WithChallenger", "SameVariants", "ChallengerScaled"
_NOTHING = {"Ref": "AWS::NoValue"}


def conditions(shape: ServingShape) -> dict[str, Any]:
    """Whether there is a second model, whether the variants stay, whether the second one scales."""
    found: dict[str, Any] = {
        _THERE: {"Fn::Not": [{"Fn::Equals": [{"Ref": "ChallengerPackageArn"}, "none"]}]},
        _SAME: {"Fn::Equals": [{"Ref": "SameVariants"}, "yes"]},
    }
    if shape is ServingShape.AB_TEST:
        found[_SCALED] = {"Fn::And": [{"Condition": _THERE}, {"Condition": endpoint.SCALED}]}
    return found


def resources(shape: ServingShape) -> dict[str, Any]:
    """All resources of an endpoint with two variants."""
    rollback = alarms.rollback_alarms()
    second = _of_challenger(rollback)
    standing = alarms.standing_alarms()
    found = {
        "Model": endpoint.model(),
        "ChallengerModel": _only_with(_model(), _THERE),
        "EndpointConfig": _config(shape),
        **rollback,
        **({name: _only_with(alarm, _THERE) for name, alarm in second.items()}),
        "Endpoint": _endpoint(list(rollback), list(second) if shape is ServingShape.AB_TEST else []),
        "ScalableTarget": endpoint.scalable_target(),
        "ScalingPolicy": endpoint.scaling_policy(),
        **standing,
        **{name: _only_with(alarm, _THERE) for name, alarm in _of_challenger(standing).items()},
    }
    # A shadow does not scale by itself: it gets copies, and answers nobody.
    return found | (_scaling() if shape is ServingShape.AB_TEST else {})


def _model() -> dict[str, Any]:
    model = endpoint.model()
    package = {"Ref": "ChallengerPackageArn"}
    environment = {
        "MODEL_PACKAGE_ARN": package,
        "CHECKS_URI": {"Ref": "ChallengerChecksUri"},
        "CHECKS_SHA256": {"Ref": "ChallengerChecksSha256"},
    }
    model["Properties"]["Containers"] = [{"ModelPackageName": package, "Environment": environment}]
    model["Properties"]["Tags"] = _tags(model["Properties"]["Tags"])
    return model


def _tags(tags: list[dict[str, Any]]) -> list[dict[str, Any]]:
    other = {"Ref": "ChallengerPackageArn"}
    return [{**tag, "Value": other} if tag["Key"] == "model-package" else tag for tag in tags]


def _config(shape: ServingShape) -> dict[str, Any]:
    config = endpoint.endpoint_config()
    properties = config["Properties"]
    (primary,) = properties["ProductionVariants"]
    second = {
        **primary,
        "VariantName": CHALLENGER,
        "ModelName": endpoint.attribute("ChallengerModel", "ModelName"),
        "InitialVariantWeight": {"Ref": "ChallengerPercentage"},
    }
    primary["InitialVariantWeight"] = {"Ref": "PrimaryPercentage"}
    if shape is ServingShape.AB_TEST:
        properties["ProductionVariants"] = [primary, {"Fn::If": [_THERE, second, _NOTHING]}]
    else:
        # The weights' ratio is the share of copies (Developer Guide, "Testing models with shadow variants").
        properties["ShadowProductionVariants"] = {"Fn::If": [_THERE, [second], _NOTHING]}
    return config


def _endpoint(always: list[str], with_challenger: list[str]) -> dict[str, Any]:
    made = endpoint.endpoint(always)
    properties = made["Properties"]
    deployment = properties["DeploymentConfig"]
    deployment["AutoRollbackConfiguration"]["Alarms"] += [
        {"Fn::If": [_THERE, {"AlarmName": {"Ref": name}}, _NOTHING]} for name in sorted(with_challenger)
    ]
    properties["DeploymentConfig"] = {"Fn::If": [_SAME, deployment, _NOTHING]}
    for name in ("RetainAllVariantProperties", "ExcludeRetainedVariantProperties"):
        properties[name] = {"Fn::If": [_SAME, properties[name], _NOTHING]}
    return made


def _of_challenger(found: dict[str, Any]) -> dict[str, Any]:
    """The same alarms on the second variant."""
    renamed: dict[str, Any] = {}
    for name, alarm in found.items():
        copy = deepcopy(alarm)
        properties = copy["Properties"]
        if "VariantName" not in [dimension["Name"] for dimension in properties["Dimensions"]]:
            continue  # of the endpoint as a whole
        for dimension in properties["Dimensions"]:
            if dimension["Name"] == "VariantName":
                dimension["Value"] = CHALLENGER
        for text in ("AlarmName", "AlarmDescription"):
            properties[text] = {"Fn::Sub": properties[text]["Fn::Sub"] + f"-{CHALLENGER}"}
        properties["Tags"] = _tags(properties["Tags"])
        renamed[f"{_PREFIX}{name}"] = copy
    return renamed


def _scaling() -> dict[str, Any]:
    target, policy = endpoint.scalable_target(), endpoint.scaling_policy()
    target["Condition"] = policy["Condition"] = _SCALED
    target["Properties"]["ResourceId"] = {"Fn::Sub": f"endpoint/${{EndpointName}}/variant/{CHALLENGER}"}
    policy["Properties"]["PolicyName"] = {"Fn::Sub": f"${{EndpointName}}-{CHALLENGER}-invocations"}
    policy["Properties"]["ScalingTargetId"] = {"Ref": "ChallengerScalableTarget"}
    return {"ChallengerScalableTarget": target, "ChallengerScalingPolicy": policy}


def _only_with(resource: dict[str, Any], condition: str) -> dict[str, Any]:
    return {**resource, "Condition": condition}
