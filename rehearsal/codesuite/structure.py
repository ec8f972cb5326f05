"""A pipeline's structure, read and checked before anything runs: what is not run here is refused, not skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.nearest import nearest
from rehearsal.codesuite import conditions, stage_recovery
from rehearsal.codesuite.conditions import EntryCondition

_STACK_SET_COMMON = (
    "StackSetName",
    "DeploymentTargets",
    "Regions",
    "FailureTolerancePercentage",
    "MaxConcurrentPercentage",
    "RegionConcurrencyType",
    "ConcurrencyMode",
    "CallAs",
)
# Category, provider -> required and further configuration keys. Source: CodePipeline User Guide, "Action structure
# reference", page of each action.
KEYS: Mapping[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("Source", "S3"): (("S3Bucket", "S3ObjectKey"), ("PollForSourceChanges", "AllowOverrideForS3ObjectKey")),
    ("Build", "CodeBuild"): (("ProjectName",), ("PrimarySource", "EnvironmentVariables")),
    ("Test", "CodeBuild"): (("ProjectName",), ("PrimarySource", "EnvironmentVariables")),
    ("Approval", "Manual"): ((), ("NotificationArn", "CustomData", "ExternalEntityLink")),
    ("Invoke", "Lambda"): (("FunctionName",), ("UserParameters",)),
    ("Deploy", "CloudFormationStackSet"): (
        ("StackSetName", "TemplatePath"),
        (
            *_STACK_SET_COMMON,
            "Description",
            "Parameters",
            "Capabilities",
            "PermissionModel",
            "AdministrationRoleArn",
            "ExecutionRoleName",
            "OrganizationsAutoDeployment",
        ),
    ),
    ("Deploy", "CloudFormationStackInstances"): (
        ("StackSetName", "DeploymentTargets", "Regions"),
        (*_STACK_SET_COMMON, "ParameterOverrides"),
    ),
}
_STAGE_KEYS = ("name", "actions", "blockers", "beforeEntry", "onFailure")
_REFERENCE = re.compile(r"#\{([A-Za-z0-9@\-_]+)\.([A-Za-z0-9@\-_]+)\}")


class PipelineStructureError(Exception):
    """A pipeline's structure cannot be run: where, why, and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class ActionDeclaration:
    """One action of a stage. `seconds` is its own time-out, None where it has none."""

    name: str
    category: str
    provider: str
    order: int
    configuration: Mapping[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    namespace: str
    role_arn: str | None
    seconds: float | None


@dataclass(frozen=True)
class StageDeclaration:
    """A stage: its actions in the order of their runOrder, what must hold before it is entered, what follows a failure.

    `rolls_back`: the stage is run again as the last execution that it succeeded in.
    """

    name: str
    actions: tuple[ActionDeclaration, ...]
    entry: EntryCondition | None = None
    rolls_back: bool = False


@dataclass(frozen=True, kw_only=True)
class PipelineDeclaration:
    """A pipeline as it is run. `key_id` is the store's KMS key, None for the bucket's default."""

    name: str
    version: int
    role_arn: str
    mode: str
    bucket: str
    key_id: str | None
    stages: tuple[StageDeclaration, ...]
    variables: Mapping[str, str | None] = field(default_factory=dict)


def read(pipeline: Mapping[str, Any], region: str) -> PipelineDeclaration:
    """Read a definition of GetPipeline's shape. Raises PipelineStructureError with every problem, one to a line."""
    problems = list(_problems(pipeline))
    store = pipeline.get("artifactStore") or (pipeline.get("artifactStores") or {}).get(region)
    if not store:
        problems.append(f"pipeline {pipeline['name']}: no artifact store for region {region}")
    if problems or store is None:
        raise PipelineStructureError("\n".join(problems))
    return PipelineDeclaration(
        name=pipeline["name"],
        version=int(pipeline.get("version", 1)),
        role_arn=pipeline["roleArn"],
        mode=pipeline.get("executionMode") or "SUPERSEDED",
        bucket=store["location"],
        key_id=(store.get("encryptionKey") or {}).get("id"),
        stages=tuple(_stage(stage) for stage in pipeline["stages"]),
        variables={entry["name"]: entry.get("defaultValue") for entry in pipeline.get("variables") or ()},
    )


def _stage(stage: Mapping[str, Any]) -> StageDeclaration:
    actions = sorted((_action(action) for action in stage["actions"]), key=lambda action: action.order)
    return StageDeclaration(stage["name"], tuple(actions), conditions.read(stage), bool(stage.get("onFailure")))


def _action(action: Mapping[str, Any]) -> ActionDeclaration:
    minutes = action.get("timeoutInMinutes")
    return ActionDeclaration(
        name=action["name"],
        category=action["actionTypeId"]["category"],
        provider=action["actionTypeId"]["provider"],
        order=int(action.get("runOrder") or 1),
        configuration=dict(action.get("configuration") or {}),
        inputs=tuple(entry["name"] for entry in action.get("inputArtifacts") or ()),
        outputs=tuple(entry["name"] for entry in action.get("outputArtifacts") or ()),
        namespace=action.get("namespace") or "",
        role_arn=action.get("roleArn"),
        seconds=60.0 * minutes if minutes else None,
    )


def _problems(pipeline: Mapping[str, Any]) -> Iterator[str]:
    made: set[str] = set()
    for stage in pipeline["stages"]:
        where = f"pipeline {pipeline['name']}, stage {stage['name']}"
        for key, value in stage.items():
            if key not in _STAGE_KEYS and value:
                yield f"{where}: {key} is not run here; allowed: {', '.join(_STAGE_KEYS)}"
        yield from conditions.problems(where, stage, pipeline.get("pipelineType") or "V1")
        yield from stage_recovery.problems(where, stage, pipeline.get("pipelineType") or "V1")
        for action in sorted(stage["actions"], key=lambda action: int(action.get("runOrder") or 1)):
            yield from _action_problems(f"{where}, action {action['name']}", action, made)


def _action_problems(where: str, action: Mapping[str, Any], made: set[str]) -> Iterator[str]:
    kind = (action["actionTypeId"]["category"], action["actionTypeId"]["provider"])
    if kind not in KEYS or action["actionTypeId"]["owner"] != "AWS":
        allowed = ", ".join("/".join(pair) for pair in KEYS)
        yield f"{where}: {'/'.join(kind)} of {action['actionTypeId']['owner']} is not run here; allowed: {allowed}"
        return
    required, optional = KEYS[kind]
    configuration = action.get("configuration") or {}
    for key in configuration:
        if key not in (*required, *optional):
            meant = nearest(key, [*required, *optional])
            hint = f"did you mean {meant}?" if meant else f"allowed: {', '.join((*required, *optional))}"
            yield f"{where}: unknown configuration key {key}; {hint}"
    for key in required:
        if not configuration.get(key):
            yield f"{where}: {key} is missing"
    inputs = [entry["name"] for entry in action.get("inputArtifacts") or ()]
    for name in inputs:
        if name not in made:
            yield f"{where}: input artifact {name} is made by no earlier action"
    if len(inputs) > 1 and kind[1] == "CodeBuild" and configuration.get("PrimarySource") not in inputs:
        yield f"{where}: PrimarySource must be one of {', '.join(inputs)}"
    made.update(entry["name"] for entry in action.get("outputArtifacts") or ())


def substituted(text: str, namespaces: Mapping[str, Mapping[str, str]], where: str) -> str:
    """A configuration value with its `#{Namespace.Variable}` put in. Raises PipelineStructureError for unknown ones."""

    def value(match: re.Match[str]) -> str:
        variables = namespaces.get(match[1])
        if variables is None or match[2] not in variables:
            raise PipelineStructureError(f"{where}: {match[0]} has no value; known: {_variable_names(namespaces)}")
        return variables[match[2]]

    return _REFERENCE.sub(value, text)


def _variable_names(namespaces: Mapping[str, Mapping[str, str]]) -> str:
    names: Sequence[str] = [f"{space}.{name}" for space, values in namespaces.items() for name in values]
    return ", ".join(names) or "none"
