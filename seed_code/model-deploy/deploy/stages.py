"""The settings of a project's stages: the JSON that the platform publishes as `deploy/stages`, typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from deploy import project_contract as contract

STAGES = tuple(contract.properties("ProjectStages"))
WHERE = "deploy/stages"


class StageSettingsError(ValueError):
    """What is wrong with the settings, all of it: one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """Where and how one stage serves a model: the contract's `StageSettings`, with its defaults."""

    stage: str
    accounts: Sequence[str]
    regions: Sequence[str]
    endpoint_name: str
    instance_type: str
    initial_instance_count: int
    min_instance_count: int
    max_instance_count: int
    capture_percentage: int
    model_role_name: str  # with its path, without a leading slash
    test_role_arns: Mapping[str, str]  # account id -> role of the endpoint test
    parameters_path: str  # the account's SSM tree, such as /mlops/staging
    stack_set_name: str
    change_set_role_name: str  # in each account, with its path, without a leading slash
    latency_limit_ms: int
    traffic_shifting: str
    shift_step_instances: int
    wait_seconds: int
    keep_seconds: int
    deployment_timeout_seconds: int
    api: Mapping[str, str] | None = None  # addresses of its part of the template and of its functions
    target_invocations_per_instance: int
    instance_dollars_per_hour: str  # empty where the platform knows no price
    price_read: str  # the day on which that was read
    # The shape of serving, and its figures.
    serving_shape: str
    challenger_percentage: int
    shadow_percentage: int
    memory_megabytes: int
    max_concurrency: int
    invocations_per_instance: int


def parse_stages(document: Any) -> dict[str, StageSettings]:
    """Settings of the project's stages, one or both, from the JSON of `deploy/stages`.

    Raises `StageSettingsError` with every problem.
    """
    if not isinstance(document, dict):
        raise StageSettingsError(
            [f"{WHERE}: not a JSON object; allowed: an object with {' or '.join(STAGES)}"]
        )
    problems = _unknown(WHERE, "ProjectStages", document)
    if not document:
        problems.append(f"{WHERE}: no stage; allowed: {' or '.join(STAGES)}, or both")
    for stage in STAGES:
        if stage in document:
            problems += _stage_problems(f"{WHERE}: {stage}", document[stage])
    if problems:
        raise StageSettingsError(problems)
    return {stage: _stage(stage, document[stage]) for stage in STAGES if stage in document}


def _stage_problems(where: str, values: Any) -> list[str]:
    if not isinstance(values, dict):
        return [f"{where}: not a JSON object"]
    rules = contract.properties("StageSettings")
    problems = _unknown(where, "StageSettings", values)
    problems += [
        f"{where}.{name} is missing; allowed: {contract.allowed(rules[name])}"
        for name in contract.missing("StageSettings", values)
    ]
    problems += [
        f"{where}.{name} is {values[name]!r}; allowed: {allowed}"
        for name, allowed in contract.refused("StageSettings", values).items()
    ]
    return problems or _conflicts(where, values)


def _conflicts(where: str, values: Mapping[str, Any]) -> list[str]:
    """Values that are right one by one and do not fit each other, which a JSON Schema cannot say."""
    problems = []
    low, start, high = (values[f"{name}InstanceCount"] for name in ("min", "initial", "max"))
    if not low <= start <= high:
        problems.append(
            f"{where}: instance counts min {low}, initial {start}, max {high}; allowed: min <= initial <= max"
        )
    method, step = values["trafficShifting"], values["shiftStepInstances"]
    if method != "ALL_AT_ONCE" and 2 * step > low:
        problems.append(
            f"{where}.shiftStepInstances is {step} with {method}; allowed: half of minInstanceCount {low}"
        )
    roles = values["testRoleArns"]
    if any(arn.split(":")[4] != account for account, arn in roles.items()):
        words = contract.allowed(contract.properties("StageSettings")["testRoleArns"])
        problems.append(f"{where}.testRoleArns is {roles!r}; allowed: {words}")
    elif missing := sorted(set(values["accounts"]) - set(roles)):
        problems.append(f"{where}.testRoleArns has no role for account {', '.join(missing)}")
    return problems


def _unknown(where: str, definition: str, values: Mapping[str, Any]) -> list[str]:
    unknown = contract.unknown(definition, values)
    return [f"{where}: unknown key {name!r}; {hint}" for name, hint in unknown.items()]


def _stage(stage: str, values: Mapping[str, Any]) -> StageSettings:
    rules = contract.properties("StageSettings")
    defaults = {name: rule["default"] for name, rule in rules.items() if "default" in rule}
    complete = {"instanceDollarsPerHour": "", "priceRead": "", "api": None} | defaults | dict(values)
    names = [field.name for field in fields(StageSettings) if field.name != "stage"]
    return StageSettings(stage=stage, **{name: complete[_camel_case(name)] for name in names})


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)
