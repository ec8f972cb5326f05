"""What takes a project's endpoints, models and training pipeline away with the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
from components.removal import TIMEOUT_SECONDS, removal_step


@dataclass(frozen=True, kw_only=True)
class ReleaseCleanerArgs:
    """Name, rights and log key of the function, and what goes with the project.

    - `stack`: the project's stack, as messages name it.
    - `stack_sets`: in the order in which they go, each by a run of its own.
    - `code_pipelines`: names of the pipelines that could make something new, and of the rules that start them.
    - `builds`: names of the CodeBuild projects that they run.
    - `group`, `pipeline`: the model package group and the training pipeline.
    - `deletes_models`: whether somebody agreed to lose registered models.
    - `retain_stacks_in`: accounts that nobody can enter any more.
    """

    name: str
    stack: str
    scope: Scope
    project: str
    path: str
    boundary: pulumi.Input[str]
    policy: pulumi.Input[str]
    tags: Mapping[str, str]
    logs_key_arn: pulumi.Input[str]
    stack_sets: Sequence[str]
    code_pipelines: Sequence[str]
    builds: Sequence[str]
    group: pulumi.Input[str]
    pipeline: str
    deletes_models: bool
    retain_stacks_in: Sequence[str]


class ReleaseCleaner(pulumi.ComponentResource):
    """A function that the stack calls when it is destroyed, and that removes what the project's pipelines have made.

    First, before anything else of the stack goes (`after`), it refuses or stops what runs; then each StackSet goes,
    then models and training pipeline, then the rest of the stack.
    """

    def __init__(
        self,
        name: str,
        args: ReleaseCleanerArgs,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("mlops:project:ReleaseCleaner", name, None, opts)
        function = LambdaFunction(name, _function(args), self._options([]))
        project = {
            "stack": args.stack,
            "group": args.group,
            "pipeline": args.pipeline,
            "codePipelines": list(args.code_pipelines),
            "builds": list(args.builds),
            "deleteModels": args.deletes_models,
        }
        # Made in this order, and so destroyed in the other.
        last: list[pulumi.Resource] = [
            removal_step(f"{name}-models", function.name, "forgetProject", project, self._options([]))
        ]
        for stack_set in reversed(args.stack_sets):
            event = {"stackSet": stack_set, "retainStacksIn": list(args.retain_stacks_in)}
            step = removal_step(f"{name}-{stack_set}", function.name, "removeStackSet", event, self._options(last))
            last = [step]
        removal_step(f"{name}-on-destroy", function.name, "stopProject", project, self._options([*last, *after]))
        self.register_outputs({"functionArn": function.arn})

    def _options(self, after: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(after))


def _function(args: ReleaseCleanerArgs) -> LambdaFunctionArgs:
    return LambdaFunctionArgs(
        name=args.name,
        description="Removes a project's StackSets when the project is destroyed",
        code="cleaner",
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
    )
