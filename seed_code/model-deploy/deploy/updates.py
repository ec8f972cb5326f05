"""The two updates that bring a release to a stage: what each has for a template and for parameters."""

import json
from collections.abc import Mapping
from typing import Any

from deploy.deployed import Deployed, StackSetUpdate, deregistering, without_challenger
from deploy.errors import DeployError
from deploy.serving import COMPARED, NONE, SINGLE, challenger_of, made_anew, same_variants, shape_of

# What CloudFormation makes without asking anybody: a stack has at least one resource.
_NOTHING = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Description": "Nothing is served: what served has gone, before another shape of serving comes",
    "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}},
}


def first_update(deployed: Deployed, release: StackSetUpdate) -> StackSetUpdate:
    """The update before the release's own, which takes away what the release could not do beside it."""
    wanted = values_of(release)
    shape, before = wanted.get("ServingShape", SINGLE), shape_of(deployed.parameters)
    if made_anew(deployed.parameters, shape):
        return StackSetUpdate(json.dumps(_NOTHING, separators=(",", ":")), [])
    if before in COMPARED and before != shape and challenger_of(deployed.parameters) != NONE:
        return without_challenger(deployed)
    return deregistering(deployed, release)


def told_of_variants(deployed: Mapping[str, str], release: StackSetUpdate) -> StackSetUpdate:
    """The release, told whether the endpoint has its variants already: it may be another one by now."""
    wanted = values_of(release)
    if "SameVariants" not in wanted:
        return release
    same = same_variants(deployed, wanted["ServingShape"], wanted["ChallengerPackageArn"])
    text = "yes" if same else "no"
    parameters = [
        {**each, "ParameterValue": text} if each["ParameterKey"] == "SameVariants" else each
        for each in release.parameters
    ]
    return StackSetUpdate(release.template, parameters)


def values_of(update: StackSetUpdate) -> dict[str, str]:
    """The parameters' values by name."""
    return {each["ParameterKey"]: each["ParameterValue"] for each in update.parameters}


def template(text: str) -> Mapping[str, Any]:
    """A template's text as data. Raises `DeployError` for what is none."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise DeployError([f"the template is not JSON: {error}"]) from error
    if not isinstance(found, dict) or not isinstance(found.get("Parameters"), dict):
        raise DeployError(["the template has no Parameters; take the platform's template.json"])
    return found
