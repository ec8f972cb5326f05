"""The template that StackSets carry to a workload account: one model behind one endpoint.

No macros and no nested stacks, which service-managed StackSets refuse. No IAM either: the account's own stack
makes the model execution role.
"""

import json
from pathlib import Path
from typing import Any

from delivery import alarms, endpoint
from delivery.parameters import parameters

# What the action that hands a template over takes, in bytes (AWS CodePipeline User Guide, "AWS CloudFormation StackSets
# deploy action reference"); it takes it from the artifact in S3, where 51,200, the quota of a body, is no limit.
BODY_LIMIT = 460_800
# The copy in the repository that projects start from; `python -m delivery` keeps it current.
CARRIED = Path(__file__).resolve().parents[1] / "seed_code" / "model-deploy" / "template.json"


def template() -> dict[str, Any]:
    """The template as data."""
    rollback = alarms.rollback_alarms()
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A model from the registry behind a SageMaker endpoint in the account's VPC",
        "Parameters": parameters(),
        "Mappings": {"Instances": alarms.instances()},
        "Conditions": {**endpoint.conditions(), **endpoint.scaled()},
        "Resources": {
            "Model": endpoint.model(),
            "EndpointConfig": endpoint.endpoint_config(),
            **rollback,
            "Endpoint": endpoint.endpoint(list(rollback)),
            "ScalableTarget": endpoint.scalable_target(),
            "ScalingPolicy": endpoint.scaling_policy(),
            **alarms.standing_alarms(),
        },
        "Outputs": _outputs(),
    }


def render() -> str:
    """The template as JSON text, the same for the same source."""
    return json.dumps(template(), indent=1, sort_keys=True) + "\n"


def _outputs() -> dict[str, Any]:
    return {
        "EndpointName": {"Value": endpoint.attribute("Endpoint", "EndpointName")},
        "EndpointConfigName": {"Value": endpoint.attribute("EndpointConfig", "EndpointConfigName")},
        "ModelName": {"Value": endpoint.attribute("Model", "ModelName")},
        "ModelPackageArn": {"Value": {"Ref": "ModelPackageArn"}},
    }
