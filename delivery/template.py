"""The template that StackSets carry to a workload account: one model behind one endpoint.

No macros and no nested stacks, which service-managed StackSets refuse. No IAM either: the account's own stack
makes the model execution role.
"""

import json
from pathlib import Path
from typing import Any

from catalog.serving import ServingShape
from delivery import alarms, shapes
from delivery.parameters import parameters, references

# What the action that hands a template over takes, in bytes (AWS CodePipeline User Guide, "AWS CloudFormation StackSets
# deploy action reference"); it takes it from the artifact in S3, where 51,200, the quota of a body, is no limit.
BODY_LIMIT = 460_800
# The copy in the repository that projects start from; `python -m delivery` keeps it current.
REPOSITORY = Path(__file__).resolve().parents[1] / "seed_code" / "model-deploy"
CARRIED = REPOSITORY / "template.json"


def template(shape: ServingShape = ServingShape.SINGLE) -> dict[str, Any]:
    """The template of a shape of serving, as data."""
    made = shapes.of(shape)
    body = {"Conditions": made.conditions, "Resources": made.resources, "Outputs": made.outputs}
    shown = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": made.description,
        "Parameters": parameters(shape, references(body) | {"ServingShape"}),
        "Mappings": {"Instances": alarms.instances()} if made.with_instances else {},
        **body,
    }
    return {name: value for name, value in shown.items() if value}


def render(shape: ServingShape = ServingShape.SINGLE) -> str:
    """The template as JSON text, the same for the same source."""
    return json.dumps(template(shape), indent=1, sort_keys=True) + "\n"


def carried() -> dict[str, str]:
    """The templates that the model-deploy repository carries, by their path in it."""
    return {path_of(shape): render(shape) for shape in shapes.CARRIED}


def path_of(shape: ServingShape) -> str:
    """Where the repository has a shape's template."""
    return "template.json" if shape is ServingShape.SINGLE else f"shapes/{shape}.json"
