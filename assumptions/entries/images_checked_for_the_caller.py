"""Which principal ECR sees when a model is made from another account's image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from assumptions import callers, roles
from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult, probe_name
from assumptions.refusals import patiently, refusal
from catalog.roles import RoleKind, RolePath

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """CreateModel with the platform's image, asked by a role that may make models and nothing in ECR; then it may.

    The role's name is one that the repository lets in, so that nothing but its own rights keep it from the image.
    """
    model_roles = [each["model"] for _, each in sorted(stack.output("projectRoles").items())]
    if not model_roles:
        return ProbeResult.UNCLEAR, "the stack serves no project, so that there is no role to make a model with"
    model_role = model_roles[0]
    image, repository = stack.registry_output("imageUri"), stack.registry_output("imageRepositoryArn")
    name = probe_name(stack)
    rights = (
        roles.allow("sagemaker:CreateModel", roles.scope_of(stack).arn("sagemaker", f"model/{name}")),
        roles.allow("iam:PassRole", model_role, StringEquals={"iam:PassedToService": "sagemaker.amazonaws.com"}),
    )
    role = f"{name}-{RoleKind.STACK_SET_EXECUTION}"
    with callers.caller(stack, role, "sagemaker", *rights, path=RolePath.NONE) as caller:
        asked = {"ModelName": name, "ExecutionRoleArn": model_role, "PrimaryContainer": {"Image": image}}
        refused = _refused(stack, caller, asked)
        if not refused:
            return ProbeResult.FAILS, f"a model of {image} is made by a caller without any right in ECR"
        roles.may(
            stack,
            role,
            *rights,
            roles.allow(_PULL, repository),
            roles.allow("ecr:GetAuthorizationToken", "*"),
        )
        still = _refused(stack, caller, asked)
    if still:
        return ProbeResult.UNCLEAR, f"a caller who may pull {image} is refused as well: {still}"
    told = f"a model of {image} is made by a caller who may pull it, and not by one who may not: {refused}"
    return ProbeResult.HOLDS, told


def _refused(stack: ProbedStack, caller: Any, asked: Mapping[str, Any]) -> str:
    """AWS's refusal after so many tries that no new right is unknown; nothing once a model is made, and removed."""
    # In the platform's VPC, outside which no role of the platform makes models (`policies/documents/prevention.py`).
    vpc = {"Subnets": stack.output("subnetIds"), "SecurityGroupIds": [stack.output("workloadSecurityGroupId")]}
    try:
        # Whatever is refused is tried again.
        patiently(stack, lambda: caller.create_model(**asked, VpcConfig=vpc), "")
    except ClientError as error:
        return refusal(error)
    stack.client("sagemaker").delete_model(ModelName=asked["ModelName"])
    return ""


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
    probe=Probe(
        run=_run,
        kinds=("workload",),
        # Models that no endpoint uses cost nothing (Amazon SageMaker pricing).
        price=0.0,
        # Two until the caller can be assumed, two for each of its attempts.
        minutes=7,
        needs=(*callers.NEEDS, "sagemaker:DeleteModel"),
    ),
)
