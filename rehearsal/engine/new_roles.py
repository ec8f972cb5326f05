"""Roles that were just made, and what services say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assumptions.entries.studio_takes_new_roles import ASSUMPTION
from assumptions.outcomes import holds
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.required_action import values

# Requests of one deployer after which a role has reached every service.
PROPAGATED_AFTER = 8


@dataclass(frozen=True, kw_only=True)
class RoleCheck:
    """An operation that is refused where its service cannot assume a role: the member, AWS's words, and who retries.

    `retried`: whether the provider tries again on those words (terraform-provider-aws, `source`). Where it does not,
    nothing says that AWS looks at all: an assumption.
    """

    member: str
    code: str
    message: str
    source: str
    retried: bool = True


CHECKS: Mapping[str, RoleCheck] = {
    "lambda:CreateFunction": RoleCheck(
        member="Role",
        code="InvalidParameterValueException",
        message="The role defined for the function cannot be assumed by Lambda.",
        source="internal/service/lambda/function.go",
    ),
    "codebuild:CreateProject": RoleCheck(
        member="serviceRole",
        code="InvalidInputException",
        message="CodeBuild is not authorized to perform: sts:AssumeRole on service role",
        source="internal/service/codebuild/project.go",
    ),
    "codepipeline:CreatePipeline": RoleCheck(
        member="pipeline.roleArn",
        code="InvalidStructureException",
        message="CodePipeline is not authorized to perform AssumeRole on role",
        source="internal/service/codepipeline/codepipeline.go",
    ),
    "ec2:CreateFlowLogs": RoleCheck(
        member="DeliverLogsPermissionArn",
        code="InvalidParameter",
        message="Unable to assume given IAM role",
        source="internal/service/ec2/vpc_flow_log.go",
    ),
    "sagemaker:CreateDomain": RoleCheck(
        member="DefaultUserSettings.ExecutionRole",
        code="ValidationException",
        message="SageMaker cannot assume the execution role",
        source="internal/service/sagemaker/domain.go",
        retried=False,
    ),
    "sagemaker:CreateUserProfile": RoleCheck(
        member="UserSettings.ExecutionRole",
        code="ValidationException",
        message="SageMaker cannot assume the execution role",
        source="internal/service/sagemaker/user_profile.go",
        retried=False,
    ),
}


class NewRoles:
    """The roles that a deployer made lately, in the deployer's own clock: its requests."""

    def __init__(self) -> None:
        self._requests = 0
        self._made: dict[str, int] = {}

    def see(self, name: str, answer: Mapping[str, Any]) -> None:
        """Take note of a request that was answered."""
        self._requests += 1
        if name == "iam:CreateRole":
            self._made[str(answer["Role"]["Arn"])] = self._requests

    def wait(self) -> None:
        """Let the time pass that the provider waits before it tries again."""
        self._made.clear()

    @aws_behavior(
        'IAM User Guide, "Troubleshoot IAM": changes are not always immediately visible (eventual consistency)',
        "terraform-provider-aws: CreateFunction, CreateProject, CreatePipeline and CreateFlowLogs are tried again on "
        "AWS's words for it; CreateDomain and CreateUserProfile are not",
    )
    def new_role_is_not_assumable(self, name: str, parameters: Mapping[str, Any]) -> RoleCheck | None:
        """A service cannot assume a role that was just made, and refuses what is made with it."""
        check = CHECKS.get(name)
        if check and not check.retried and holds(ASSUMPTION):
            return None
        roles = values(parameters, check.member) if check else []
        made = [self._made[role] for role in roles if role in self._made]
        return check if made and self._requests - max(made) < PROPAGATED_AFTER else None
