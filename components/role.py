"""A role with one inline policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from catalog.roles import PURPOSE_TAG, RoleKind


@dataclass(frozen=True, kw_only=True)
class RoleArgs:
    """What the role is for, who assumes it (`trust`), what it may do (`policy`), and its permissions boundary.

    Without a policy it may do nothing.
    """

    kind: RoleKind
    name: str
    path: str
    description: str
    trust: pulumi.Input[str]
    policy: pulumi.Input[str] | None
    boundary: pulumi.Input[str]
    tags: Mapping[str, str] = field(default_factory=dict)


class Role(pulumi.ComponentResource):
    """An IAM role whose rights stand in one inline policy, so that role and rights come and go together.

    `arn` resolves only after the policy is attached: what starts with the role finds its rights in place.
    """

    def __init__(self, name: str, args: RoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:access:Role", name, None, opts)
        self.role = aws.iam.Role(
            f"{name}-role",
            name=args.name,
            path=args.path,
            description=args.description,
            assume_role_policy=args.trust,
            permissions_boundary=args.boundary,
            max_session_duration=3600,
            tags={**args.tags, PURPOSE_TAG: args.kind.value},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.policy = self._policy(name, args.policy, args.name) if args.policy is not None else None
        self.name = self.role.name
        attached = self.policy.id if self.policy is not None else ""
        self.arn = pulumi.Output.all(self.role.arn, attached).apply(lambda known: str(known[0]))
        self.register_outputs({"arn": self.arn, "name": self.name})

    def _policy(self, name: str, policy: pulumi.Input[str], policy_name: str) -> aws.iam.RolePolicy:
        return aws.iam.RolePolicy(
            f"{name}-policy",
            name=policy_name,
            role=self.role.id,
            policy=policy,
            opts=pulumi.ResourceOptions(parent=self),
        )
