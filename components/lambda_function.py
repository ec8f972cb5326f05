"""A Lambda function with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.archives import function_handler, function_package
from components.role import Role, RoleArgs
from policies.documents.trust import service_trust

# AWS Lambda Developer Guide, "Lambda runtimes".
RUNTIME = "python3.13"


@dataclass(frozen=True, kw_only=True)
class FunctionNetwork:
    """Subnets of a VPC and security groups that a function's requests leave from."""

    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    security_group_ids: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class LambdaFunctionArgs:
    """A function's code, the role that it runs as, and its limits.

    - `name`: physical name of the function and of its role.
    - `code`: the module or folder below `functions/`; its function `handle` is called (see `function_package`).
    - `files`: generated files (name -> text) that are put beside the code.
    - `policy`: what the role may do, writing to the function's log group included (see `log_group_arn`).
    - `key_arn`: key of the log group.
    - `network`: where it runs, if it runs in a VPC.
    - `role_alias`: where the role stood before, if not below the component's parent.
    - `entry`: the module with `handle`, of a function that is a folder and has several.
    - `dead_letter_arn`: queue for events of asynchronous calls that failed for good.
    """

    name: str
    description: str
    code: str
    scope: Scope
    kind: RoleKind
    role_description: str
    path: str
    boundary: pulumi.Input[str]
    policy: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    timeout_seconds: int
    memory_mb: int | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    dead_letter_arn: pulumi.Input[str] | None = None
    network: FunctionNetwork | None = None
    log_days: int = 365
    entry: str = "handler"
    role_alias: pulumi.Alias | None = None


def log_group_arn(scope: Scope, function: str) -> str:
    """ARN of the log group of a function, by the function's physical name."""
    return scope.arn("logs", f"log-group:/aws/lambda/{function}")


class LambdaFunction(pulumi.ComponentResource):
    """A Python function with its encrypted log group, a bounded role of its own, and a queue for failed events."""

    def __init__(self, name: str, args: LambdaFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:compute:LambdaFunction", name, None, opts)
        self._name, self._args = name, args
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{args.name}",
            kms_key_id=args.key_arn,
            retention_in_days=args.log_days,
            opts=self._child(opts),
        )
        self.role = self._role(opts)
        self.function = self._function(logs, opts)
        self.name = self.function.name
        self.arn = self.function.arn
        self.register_outputs({"arn": self.arn, "name": self.name})

    def _child(self, opts: pulumi.ResourceOptions | None, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Children stood directly below the component's own parent before 0.2.0: they are not replaced."""
        before = opts.parent if opts else pulumi.ROOT_STACK_RESOURCE
        return pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(parent=before)], depends_on=list(after))

    def _role(self, opts: pulumi.ResourceOptions | None) -> Role:
        args = self._args
        role = RoleArgs(
            kind=args.kind,
            name=args.name,
            path=args.path,
            description=args.role_description,
            trust=service_trust("lambda.amazonaws.com", args.scope.account),
            policy=args.policy,
            boundary=args.boundary,
            tags=args.tags,
        )
        options = self._child(opts)
        if args.role_alias:
            options.aliases = [args.role_alias]
        return Role(self._name, role, options)

    def _function(self, logs: aws.cloudwatch.LogGroup, opts: pulumi.ResourceOptions | None) -> aws.lambda_.Function:
        args = self._args
        dead_letters = (
            aws.lambda_.FunctionDeadLetterConfigArgs(target_arn=args.dead_letter_arn) if args.dead_letter_arn else None
        )
        return aws.lambda_.Function(
            f"{self._name}-function",
            name=args.name,
            description=args.description,
            role=self.role.arn,
            runtime=RUNTIME,
            handler=function_handler(args.code, args.entry),
            code=function_package(args.code, args.files),
            timeout=args.timeout_seconds,
            memory_size=args.memory_mb,
            dead_letter_config=dead_letters,
            vpc_config=_attached(args.network),
            opts=self._child(opts, logs),
        )


def _attached(network: FunctionNetwork | None) -> aws.lambda_.FunctionVpcConfigArgs | None:
    if network is None:
        return None
    return aws.lambda_.FunctionVpcConfigArgs(
        subnet_ids=network.subnet_ids, security_group_ids=network.security_group_ids
    )
