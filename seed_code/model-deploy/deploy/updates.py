"""The two updates that bring a release to a stage: what each has for a template and for parameters."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deploy.deployed import Parameters, deregistering, without_challenger
from deploy.errors import DeployError
from deploy.parameters import stage_parameters
from deploy.serving import COMPARED, NONE, StageModels, challenger_of, made_anew, shape_of
from deploy.stages import StageSettings

# What CloudFormation makes without asking anybody: a stack has at least one resource.
_NOTHING = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "Nothing is served: what served has gone, before another shape of serving comes",
    "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
}


@dataclass(frozen=True)
class StageUpdates:
    """Template and parameters of the first update, which takes away, and of the release itself."""

    first_template: str
    first: Parameters
    template: str
    parameters: Parameters


def stage_updates(
    project_id: str,
    settings: StageSettings,
    models: StageModels,
    deployed: Mapping[str, str],
    template_of: Callable[[str], str],
) -> StageUpdates:
    """The updates of a stage; `template_of` gives the text of a shape's template."""
    text = template_of(settings.serving_shape)
    parameters = stage_parameters(template(text), project_id, settings, models)
    if made_anew(deployed, settings.serving_shape):
        return StageUpdates(json.dumps(_NOTHING, indent=1) + "\n", [], text, parameters)
    before = shape_of(deployed)
    if before in COMPARED and before != settings.serving_shape and challenger_of(deployed) != NONE:
        return StageUpdates(template_of(before), without_challenger(deployed), text, parameters)
    return StageUpdates(text, deregistering(deployed, parameters), text, parameters)


def template(text: str) -> Mapping[str, Any]:
    """A template's text as data. Raises `DeployError` for what is none."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise DeployError([f"the template is not JSON: {error}"]) from error
    if not isinstance(found, dict) or not isinstance(found.get("Parameters"), dict):
        raise DeployError(["the template has no Parameters; take the platform's template.json"])
    return found
