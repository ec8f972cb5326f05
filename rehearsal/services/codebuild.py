"""CodeBuild. Actions and condition keys: Service Authorization Reference, "AWS CodeBuild"."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rehearsal.service_model.emulator import parameters
from rehearsal.service_model.patches import Patches
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    Right,
    RightsFunction,
    arn_template,
    pass_role,
    requires,
    values,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations


def _project_call(operation: str) -> ApiCall:
    return ApiCall(
        operation=operation,
        members={"buildTimeout": "timeoutInMinutes", "queuedTimeout": "queuedTimeoutInMinutes"},
        # The provider's schema has these defaults (pulumi_aws: codebuild.Project's arguments).
        defaults={
            "logsConfig.cloudwatchLogs.status": "ENABLED",
            "logsConfig.s3Logs.status": "DISABLED",
            "environment.imagePullCredentialsType": "CODEBUILD",
            "environment.environmentVariables.type": "PLAINTEXT",
        },
    )


PROJECT = ResourceType(
    type="aws:codebuild/project:Project",
    create=_project_call("CreateProject"),
    id="project.arn",
    name="name",
    read=ReadCall(
        operation="BatchGetProjects",
        parameters={"names": ["{name}"]},
        path="projects[0]",
        outputs={"buildTimeout": "timeoutInMinutes", "queuedTimeout": "queuedTimeoutInMinutes"},
    ),
    update=(_project_call("UpdateProject"),),
    replace_on=("name",),
    delete=(ApiCall(operation="DeleteProject", parameters={"name": "{name}"}),),
    outputs={"arn": "project.arn"},
    sample=Sample(
        {
            "name": "sample-project",
            "serviceRole": "${aws:iam/role:Role.arn}",
            "encryptionKey": "${aws:kms/key:Key.arn}",
            "buildTimeout": 30,
            "artifacts": {"type": "CODEPIPELINE"},
            "environment": {
                "computeType": "BUILD_GENERAL1_SMALL",
                "image": "aws/codebuild/standard:7.0",
                "type": "LINUX_CONTAINER",
                "environmentVariables": [{"name": "PROJECT", "value": "sample"}],
            },
            "source": {"type": "CODEPIPELINE", "buildspec": "buildspec.yml"},
            "vpcConfig": {
                "vpcId": "${aws:ec2/vpc:Vpc.id}",
                "subnets": ["${aws:ec2/subnet:Subnet.id}"],
                "securityGroupIds": ["${aws:ec2/securityGroup:SecurityGroup.id}"],
            },
            "logsConfig": {"cloudwatchLogs": {"groupName": "/sample/logs"}},
        },
        update={"buildTimeout": 45},
    ),
)

_PROJECT_ARN = arn_template("codebuild", "project/{name}")


def _builds(action: str) -> RightsFunction:
    """A build's right is its project's: its id is `<project>:<id>`."""

    def rights(request: ApiRequest) -> list[Right]:
        ids = values(request.parameters, "ids") or values(request.parameters, "id") or ["*"]
        names = dict.fromkeys(build.rsplit(":build/", 1)[-1].partition(":")[0] for build in ids)
        base = f"arn:{request.partition}:codebuild:{request.region}:{request.account}:project/"
        return [Right(action=f"codebuild:{action}", resource=base + name) for name in names]

    return rights


OPERATIONS: Operations = {
    "BatchGetBuilds": (_builds("BatchGetBuilds"),),
    "BatchGetProjects": requires("codebuild:BatchGetProjects", arn_template("codebuild", "project/{names}")),
    "CreateProject": (
        *requires("codebuild:CreateProject", _PROJECT_ARN, tags="tags"),
        pass_role("serviceRole", "codebuild.amazonaws.com"),
    ),
    "DeleteProject": requires("codebuild:DeleteProject", _PROJECT_ARN),
    "ListBuildsForProject": requires(
        "codebuild:ListBuildsForProject", arn_template("codebuild", "project/{projectName}")
    ),
    "RetryBuild": (_builds("RetryBuild"),),
    "StartBuild": requires("codebuild:StartBuild", arn_template("codebuild", "project/{projectName}")),
    "StopBuild": (_builds("StopBuild"),),
    "UpdateProject": (
        *requires("codebuild:UpdateProject", _PROJECT_ARN, tags="tags"),
        pass_role("serviceRole", "codebuild.amazonaws.com"),
    ),
}

_KEPT = (
    "encryptionKey",
    "concurrentBuildLimit",
    "resourceAccessRole",
    "autoRetryLimit",
    "secondarySources",
    "secondaryArtifacts",
)


def patch(patches: Patches) -> None:
    """Updates of projects, and members of them that moto loses."""
    from moto.codebuild import responses
    from moto.codebuild.responses import CodeBuildResponse

    patches.wrap(CodeBuildResponse, "create_project", _create)
    patches.add(CodeBuildResponse, update_project)
    for name in ("_validate_required_params_source", "_validate_required_params_artifacts"):
        patches.wrap(responses, name, _validate)


def _validate(original: Callable[..., None], members: dict[str, Any]) -> None:
    """moto asks every source and artifact for a location; a pipeline's have none (botocore: ProjectSource)."""
    if members.get("type") not in ("CODEPIPELINE", "NO_ARTIFACTS", "NO_SOURCE"):
        original(members)


def _create(original: Callable[..., Any], instance: Any) -> Any:
    answer, members = original(instance), parameters(instance)
    project = instance.codebuild_backend.codebuild_projects[members["name"]]
    project.project_metadata.update({name: members[name] for name in _KEPT if name in members})
    return answer


def update_project(instance: Any) -> Any:
    """UpdateProject: what is given replaces what was."""
    from moto.codebuild.exceptions import ResourceNotFoundException
    from moto.core.responses import ActionResult

    members = parameters(instance)
    project = instance.codebuild_backend.codebuild_projects.get(members["name"])
    if project is None:
        raise ResourceNotFoundException(f"Project cannot be found: {members['name']}")
    project.project_metadata.update({**members, "lastModified": time.time()})
    return ActionResult({"project": project.project_metadata})


SERVICE = AwsService(
    name="codebuild",
    operations=OPERATIONS,
    resource_types=(PROJECT,),
    tagging=TagOperations(tag="UpdateProject", untag="UpdateProject", parameters={"name": "{name}"}, replaces_all=True),
    patch=patch,
)
