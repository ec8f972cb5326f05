"""What the platform tells this repository: the project's parameters in SSM."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy import project_contract as contract
from deploy.stages import StageSettings, StageSettingsError, parse_stages

_DEFINITION = "ModelDeployParameters"


@dataclass(frozen=True)
class QualityGate:
    """A metric's name and the figure that it must reach."""

    metric: str
    threshold: float


@dataclass(frozen=True)
class ProjectParameters:
    """A project as the deploy pipeline needs it."""

    id: str
    group: str  # model package group
    gate: QualityGate
    stages: Mapping[str, StageSettings]
    stages_document: Mapping[str, Any]  # `deploy/stages` as published


def read_project(ssm: Any) -> ProjectParameters:
    """Reads the tree that `MLOPS_PARAMETERS` names. Raises `StageSettingsError` with all that is wrong."""
    root = os.environ.get("MLOPS_PARAMETERS", "").rstrip("/")
    if not root.startswith("/"):
        raise StageSettingsError(
            ["MLOPS_PARAMETERS is not set to the project's SSM tree, such as /mlops/dev/projects/screening"]
        )
    names = contract.required(_DEFINITION)
    answer = ssm.get_parameters(Names=[f"{root}/{name}" for name in names])
    values = {item["Name"].removeprefix(f"{root}/"): item["Value"] for item in answer["Parameters"]}
    missing = [name for name in names if not values.get(name)]
    if missing:
        hint = "bring up the project's stack, or correct MLOPS_PARAMETERS"
        raise StageSettingsError([f"SSM parameter {root}/{name} is missing; {hint}" for name in missing])
    return parse_project(values)


def parse_project(values: Mapping[str, str]) -> ProjectParameters:
    """A project from the texts of its parameters, by relative name."""
    document = _json(values["deploy/stages"])
    return ProjectParameters(
        id=values["id"],
        group=values["registry/group"],
        gate=parse_gate(values["gate/metric"], values["gate/threshold"]),
        stages=parse_stages(document),
        stages_document=document,
    )


def parse_gate(metric: str, threshold: str) -> QualityGate:
    """The gate, of a metric that the contract knows and a finite threshold. Raises `StageSettingsError`."""
    values = {"gate/metric": metric, "gate/threshold": threshold}
    refused = contract.refused(_DEFINITION, values)
    if refused:
        raise StageSettingsError(
            [f"{name} is {values[name]!r}; allowed: {words}" for name, words in refused.items()]
        )
    return QualityGate(metric, float(threshold))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise StageSettingsError([f"deploy/stages is not JSON: {error}"]) from error
