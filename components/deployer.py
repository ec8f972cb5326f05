"""Who brings an account's stacks up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import PURPOSE_TAG, RoleKind


@dataclass(frozen=True, kw_only=True)
class DeployerArgs:
    """The role's name, path and trust; its boundary; and its policies, by theme (documents as JSON)."""

    name: str
    path: str
    trust: str
    boundary: str
    policies: Mapping[str, str]
    protect: bool = True


class Deployer(pulumi.ComponentResource):
    """The role that `pulumi up` acts with in an account, its managed policies, and a boundary of its own.

    It makes roles, each inside the boundary that they carry; its own keeps it from touching either, or itself.
    """

    def __init__(self, name: str, args: DeployerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:access:Deployer", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        boundary = aws.iam.Policy(
            f"{name}-boundary",
            name=f"{args.name}-boundary",
            path=args.path,
            description="The most that the deployer may ever do",
            policy=args.boundary,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.role = aws.iam.Role(
            f"{name}-role",
            name=args.name,
            path=args.path,
            description="Brings the account's stacks up",
            assume_role_policy=args.trust,
            permissions_boundary=boundary.arn,
            # Entered from another role, a session is an hour at most (IAM User Guide, "Roles terms and concepts", role
            # chaining).
            max_session_duration=3600,
            tags={PURPOSE_TAG: RoleKind.DEPLOYER.value},
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        for theme, document in args.policies.items():
            policy = aws.iam.Policy(
                f"{name}-{theme}",
                name=f"{args.name}-{theme}",
                path=args.path,
                description=f"What the deployer needs for {theme}",
                policy=document,
                opts=child,
            )
            aws.iam.RolePolicyAttachment(f"{name}-{theme}", role=self.role.name, policy_arn=policy.arn, opts=child)
        self.arn = self.role.arn
        self.register_outputs({"arn": self.arn})
