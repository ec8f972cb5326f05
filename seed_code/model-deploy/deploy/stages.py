"""The settings of a project's stages: the JSON that the project publishes as `deploy/stages`, typed.

Standard library only: the model-deploy repository carries this file and `parameters.py` beside the template.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

STAGES = ("staging", "production")
# 200 requests a second x safety factor 0.5 x 60 s (SageMaker guide, "endpoint-scaling-loadtest").
DEFAULT_TARGET_INVOCATIONS = 6000
# Nobody calls staging while it updates; production needs minutes of requests for an alarm to fire.
DEFAULT_BAKE_SECONDS = {"staging": 60, "production": 600}


class SettingsError(ValueError):
    """What is wrong with the settings, all of it: one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """Where and how one stage serves a model."""

    stage: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    endpoint_name: str
    instance_type: str
    initial_instance_count: int
    min_instance_count: int
    max_instance_count: int
    capture_percentage: int
    model_role_name: str  # with its path, without a leading slash
    test_role_arns: Mapping[str, str]  # account id -> role of the endpoint test
    parameters_path: str  # the account's SSM tree, such as /mlops/staging
    latency_limit_ms: int
    traffic_shifting: str
    target_invocations_per_instance: int
    bake_seconds: int


@dataclass(frozen=True)
class _Key:
    accepts: Callable[[Any], bool]
    allowed: str
    required: bool = True


def _number(low: int, high: int, *, required: bool = True) -> _Key:
    def accepts(value: Any) -> bool:
        return type(value) is int and low <= value <= high

    return _Key(accepts, f"a whole number from {low} to {high}", required)


def _text(pattern: str, allowed: str) -> _Key:
    return _Key(lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None, allowed)


def _list(pattern: str, allowed: str) -> _Key:
    def accepts(value: Any) -> bool:
        items = value if isinstance(value, list) else []
        texts = [item for item in items if isinstance(item, str) and re.fullmatch(pattern, item)]
        return 0 < len(texts) == len(items) == len(set(texts))

    return _Key(accepts, allowed)


def _role_map(value: Any) -> bool:
    """Account id -> ARN of a role in that very account."""
    return isinstance(value, dict) and all(
        isinstance(arn, str) and re.fullmatch(rf"arn:aws[a-z-]*:iam::{re.escape(account)}:role/\S+", arn)
        for account, arn in value.items()
    )


_KEYS: Mapping[str, _Key] = {
    "accounts": _list(r"\d{12}", "a list of account ids of 12 digits, each once"),
    "regions": _list(r"[a-z]{2}(-[a-z]+)+-\d", "a list of region names, each once"),
    "endpointName": _text(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", "at most 63 letters, digits and inner hyphens"),
    "instanceType": _text(r"ml\.[a-z0-9-]+\.[a-z0-9]+", "an instance type such as ml.m5.large"),
    "initialInstanceCount": _number(1, 100),
    "minInstanceCount": _number(1, 100),
    "maxInstanceCount": _number(1, 100),
    "capturePercentage": _number(0, 100),
    "modelRoleName": _text(r"([\w+=,.@-]+/)*[\w+=,.@-]{1,64}", "a role name with its path, no leading slash"),
    "testRoleArns": _Key(_role_map, "an object: account id to the ARN of a role in that account"),
    "parametersPath": _text(r"(/[\w.-]+)+", "an SSM path such as /mlops/staging"),
    "latencyLimitMs": _number(1, 60_000),
    "trafficShifting": _Key(lambda value: value in ("ALL_AT_ONCE", "CANARY"), "ALL_AT_ONCE or CANARY", False),
    "targetInvocationsPerInstance": _number(1, 10_000_000, required=False),
    "bakeSeconds": _number(0, 1800, required=False),
}


def parse_stages(document: Any) -> dict[str, StageSettings]:
    """Settings of both stages from the JSON of `deploy/stages`. Raises `SettingsError` with every problem."""
    if not isinstance(document, dict):
        raise SettingsError(["deploy/stages: not a JSON object; allowed: an object with staging and production"])
    problems = [_unknown("deploy/stages", name, STAGES) for name in document if name not in STAGES]
    problems += [f"deploy/stages: {name} is missing" for name in STAGES if name not in document]
    present = [stage for stage in STAGES if stage in document]
    for stage in present:
        problems += _stage_problems(stage, document[stage])
    if problems:
        raise SettingsError(problems)
    return {stage: _stage(stage, document[stage]) for stage in present}


def _stage_problems(stage: str, values: Any) -> list[str]:
    where = f"deploy/stages: {stage}"
    if not isinstance(values, dict):
        return [f"{where}: not a JSON object"]
    problems = [_unknown(where, name, _KEYS) for name in values if name not in _KEYS]
    for name, key in _KEYS.items():
        if name not in values:
            problems += [f"{where}.{name} is missing; allowed: {key.allowed}"] if key.required else []
        elif not key.accepts(values[name]):
            problems.append(f"{where}.{name} is {values[name]!r}; allowed: {key.allowed}")
    return problems or _conflicts(where, values)


def _conflicts(where: str, values: Mapping[str, Any]) -> list[str]:
    problems = []
    low, start, high = (values[f"{name}InstanceCount"] for name in ("min", "initial", "max"))
    if not low <= start <= high:
        problems.append(
            f"{where}: instance counts min {low}, initial {start}, max {high}; allowed: min <= initial <= max"
        )
    if values.get("trafficShifting") == "CANARY" and low < 2:
        problems.append(f"{where}.trafficShifting is CANARY; allowed only with minInstanceCount of 2 or more")
    missing = sorted(set(values["accounts"]) - set(values["testRoleArns"]))
    if missing:
        problems.append(f"{where}.testRoleArns has no role for account {', '.join(missing)}")
    return problems


def _unknown(where: str, name: str, known: Any) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else f"allowed: {', '.join(known)}"
    return f"{where}: unknown key {name!r}; {hint}"


def _stage(stage: str, values: Mapping[str, Any]) -> StageSettings:
    shifting = "CANARY" if values["minInstanceCount"] > 1 else "ALL_AT_ONCE"
    return StageSettings(
        stage=stage,
        accounts=tuple(values["accounts"]),
        regions=tuple(values["regions"]),
        endpoint_name=values["endpointName"],
        instance_type=values["instanceType"],
        initial_instance_count=values["initialInstanceCount"],
        min_instance_count=values["minInstanceCount"],
        max_instance_count=values["maxInstanceCount"],
        capture_percentage=values["capturePercentage"],
        model_role_name=values["modelRoleName"],
        test_role_arns=dict(values["testRoleArns"]),
        parameters_path=values["parametersPath"],
        latency_limit_ms=values["latencyLimitMs"],
        traffic_shifting=values.get("trafficShifting", shifting),
        target_invocations_per_instance=values.get("targetInvocationsPerInstance", DEFAULT_TARGET_INVOCATIONS),
        bake_seconds=values.get("bakeSeconds", DEFAULT_BAKE_SECONDS[stage]),
    )
