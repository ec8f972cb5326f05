"""What takes a project's endpoints away with the project."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# L: lambda-runtimes. Lambda's longest run is 900 s (L: gettingstarted-limits).
RUNTIME = "python3.13"
TIMEOUT_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class ReleaseCleanerArgs:
    """The function's code and role, and the StackSets that go with the project."""

    name: str
    code: pulumi.Archive
    role_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    stack_sets: Sequence[str]
    log_days: int = 365


class ReleaseCleaner(pulumi.ComponentResource):
    """A function that the stack calls when it is destroyed, and that removes the project's StackSets everywhere.

    The deploy pipeline makes StackSets and owns them, so this stack knows no other way to leave nothing behind.
    """

    def __init__(self, name: str, args: ReleaseCleanerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:project:ReleaseCleaner", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{args.name}",
            kms_key_id=args.logs_key_arn,
            retention_in_days=args.log_days,
            opts=options,
        )
        self.function = aws.lambda_.Function(
            f"{name}-function",
            name=args.name,
            description="Removes a project's StackSets when the project is destroyed",
            role=args.role_arn,
            runtime=RUNTIME,
            handler="handler.handle",
            code=args.code,
            timeout=TIMEOUT_SECONDS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs]),
        )
        aws.lambda_.Invocation(
            f"{name}-on-destroy",
            function_name=self.function.name,
            input=json.dumps({"stackSets": list(args.stack_sets)}),
            lifecycle_scope="CRUD",
            opts=options,
        )
        self.register_outputs({"functionArn": self.function.arn})
