"""Which principal ECR sees when a model is made from another account's image."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="images-checked-for-the-caller",
    question="Does CreateModel check another account's image with the rights of its caller?",
    if_it_holds="The caller, CloudFormation's role, needs the image's repository in its own policy and in the "
    "repository's.",
    if_it_fails="The repository must let sagemaker.amazonaws.com pull; CreateModel is refused otherwise.",
    design="The repository's policy lets the workload accounts' StackSet execution roles pull, their model roles, "
    "which pull when an endpoint starts, and SageMaker itself for resources of these accounts.",
    leans_on=(
        "policies/documents/shared.py:image_repository",
        "policies/documents/workload_roles.py:stack_set_execution",
    ),
    sources=(
        'SageMaker Developer Guide, "How to use SageMaker AI execution roles", CreateModel',
        "aws/deep-learning-containers, issue 5657: the console's CreateModel names the service principal",
        "aws/sagemaker-python-sdk, issue 2002: the endpoint names the execution role",
        "that SageMaker names its source when it looks at an image: no page does",
    ),
    no_probe="It takes a second account and an image there, and the deployer may make no model.",
)
