"""What takes a project's endpoints away with the project."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.lambda_function import LambdaFunction, LambdaFunctionArgs

# The longest run that Lambda allows (AWS Lambda Developer Guide, "Lambda quotas").
TIMEOUT_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class ReleaseCleanerArgs:
    """Name, rights and log key of the function, and the StackSets that go with the project."""

    name: str
    scope: Scope
    project: str
    path: str
    boundary: pulumi.Input[str]
    policy: pulumi.Input[str]
    tags: Mapping[str, str]
    logs_key_arn: pulumi.Input[str]
    stack_sets: Sequence[str]


class ReleaseCleaner(pulumi.ComponentResource):
    """A function that the stack calls when it is destroyed, and that removes the project's StackSets everywhere.

    The deploy pipeline makes StackSets and owns them, so this stack knows no other way to leave nothing behind.
    """

    def __init__(self, name: str, args: ReleaseCleanerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:project:ReleaseCleaner", name, None, opts)
        function = LambdaFunction(
            name,
            LambdaFunctionArgs(
                name=args.name,
                description="Removes a project's StackSets when the project is destroyed",
                code="release_cleaner",
                scope=args.scope,
                kind=RoleKind.RELEASE_CLEANER,
                role_description=f"{RoleKind.RELEASE_CLEANER} of project {args.project}",
                path=args.path,
                boundary=args.boundary,
                policy=args.policy,
                key_arn=args.logs_key_arn,
                timeout_seconds=TIMEOUT_SECONDS,
                tags=args.tags,
                role_alias=pulumi.Alias(name="role-release-cleaner", parent=pulumi.ROOT_STACK_RESOURCE),
            ),
            pulumi.ResourceOptions(parent=self),
        )
        aws.lambda_.Invocation(
            f"{name}-on-destroy",
            function_name=function.name,
            input=json.dumps({"stackSets": list(args.stack_sets)}),
            lifecycle_scope="CRUD",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"functionArn": function.arn})
