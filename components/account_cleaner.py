"""What empties the data science account before its stack is destroyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.lambda_function import LambdaFunction, LambdaFunctionArgs
from components.removal import TIMEOUT_SECONDS, removal_step


@dataclass(frozen=True, kw_only=True)
class AccountCleanerArgs:
    """Name, rights and log key of the function, and what it clears.

    - `stack`: as messages name it.
    - `vpc_id`, `subnet_ids`: where the Studio domain makes what it leaves; `tags` are what the function marks it with.
    - `buckets`: names of the buckets that it empties, by what they hold.
    - `groups`: how the names of projects' model package groups begin: while there are some it refuses.
    - `deletes`: what somebody agreed to lose: data, models, studio.
    """

    name: str
    stack: str
    scope: Scope
    path: str
    boundary: pulumi.Input[str]
    policy: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    tags: Mapping[str, str]
    buckets: Mapping[str, str]
    groups: str
    deletes: Sequence[str]


class AccountCleaner(pulumi.ComponentResource):
    """A function that the stack calls twice when it is destroyed: before everything, and after the Studio domain."""

    def __init__(self, name: str, args: AccountCleanerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:account:AccountCleaner", name, None, opts)
        self._name, self._args = name, args
        self._function = LambdaFunction(name, _function(args), pulumi.ResourceOptions(parent=self))
        # The domain is made after this, and so is gone when the network is cleared of what it left.
        self.network_cleared = removal_step(
            f"{name}-after-studio",
            self._function.name,
            "clearNetwork",
            {
                "vpc": args.vpc_id,
                "subnets": pulumi.Output.all(*args.subnet_ids),
                "tags": dict(args.tags),
                "delete": list(args.deletes),
            },
            pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"functionArn": self._function.arn})

    def clear_first(self, domain_id: pulumi.Input[str], after: Sequence[pulumi.Resource]) -> None:
        """Before any of `after` is destroyed, refuse while anything would be lost, or else clear the account."""
        args = self._args
        event = {
            "stack": args.stack,
            "domain": domain_id,
            "tags": dict(args.tags),
            "buckets": dict(args.buckets),
            "groups": args.groups,
            "delete": list(args.deletes),
        }
        options = pulumi.ResourceOptions(parent=self, depends_on=list(after))
        removal_step(f"{self._name}-on-destroy", self._function.name, "clearAccount", event, options)


def _function(args: AccountCleanerArgs) -> LambdaFunctionArgs:
    return LambdaFunctionArgs(
        name=args.name,
        description="Clears the account of what Pulumi did not make when its stack is destroyed",
        code="cleaner",
        scope=args.scope,
        kind=RoleKind.ACCOUNT_CLEANER,
        role_description="Clears the account when its stack is destroyed",
        path=args.path,
        boundary=args.boundary,
        policy=args.policy,
        key_arn=args.logs_key_arn,
        timeout_seconds=TIMEOUT_SECONDS,
    )
