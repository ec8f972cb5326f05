"""An account as its owner sees it: the paths and names below which everything of the platform in it lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog import names
from catalog.roles import RoleKind, RolePath
from catalog.scope import Scope
from policies.documents.statement import Conditions

# What the foundation makes carries it, so that the deployer can be told to keep off where names do not tell.
FOUNDATION_TAG = ("tier", names.FOUNDATION)


@dataclass(frozen=True, kw_only=True)
class AccountScope(Scope):
    """An account that the platform is brought up in, in whichever of its regions."""

    region: str = "*"

    def buckets(self, purpose: str) -> str:
        """ARN pattern of the platform's buckets of one purpose, of every stack and region of the account."""
        return self.bucket_arn(f"{self.prefix}-*-{purpose}-{self.account}-*")

    def tagged(self) -> Conditions:
        """The resource is the platform's."""
        return {"StringEquals": {"aws:ResourceTag/platform": self.prefix}}

    def tagging(self) -> Conditions:
        """What is made is marked as the platform's."""
        return {"StringEquals": {"aws:RequestTag/platform": self.prefix}}

    def boundary(self) -> str:
        """ARN of the boundary of every role of the platform in this account."""
        return names.boundary_arn(self)

    def made_roles(self) -> list[str]:
        """ARN patterns of the roles that the deployer makes: all of the platform's but its own foundation's."""
        paths = (f"/{self.prefix}/{kind}/" for kind in ("delivery", "people", "platform", "projects"))
        return [*(self.role_arn(path) for path in paths), self.execution_roles()]

    def handed_roles(self) -> list[str]:
        """ARN patterns of the roles that stacks hand to a service: none with which StackSets enter an account."""
        return [self.role_arn(f"/{self.prefix}/{kind}/") for kind in ("people", "platform", "projects")]

    def administration_roles(self) -> str:
        """ARN pattern of the roles that StackSets enter other accounts with; pipelines of stacks name them."""
        return self.role_arn(RolePath.DELIVERY.format(prefix=self.prefix))

    def execution_roles(self) -> str:
        """ARN pattern of the roles with which StackSets act in this account; these have no path."""
        return self.role_arn(RolePath.NONE, f"{self.prefix}-*-{RoleKind.STACK_SET_EXECUTION}")

    def foundation(self) -> list[str]:
        """ARN patterns of the roles and policies that only the account's owner may change."""
        path = names.foundation_path(self.prefix)
        return [self.arn("iam", f"{kind}{path}*", region="") for kind in ("role", "policy")]

    def foundation_buckets(self) -> list[str]:
        """ARN patterns of the foundation's buckets and of what they hold."""
        buckets = f"{self.prefix}-{names.FOUNDATION}-*"
        return [self.bucket_arn(buckets), self.bucket_arn(buckets, "*")]

    def chat_channels(self, name: str) -> str:
        """ARN pattern of channels of a chat by the names of their configurations; the service is no Region's."""
        return self.arn("chatbot", f"chat-configuration/slack-channel/{name}", region="")

    def controls(self) -> Sequence[str]:
        """ARN patterns of what watches over the account and is found by its name."""
        name = f"{self.prefix}-{names.FOUNDATION}-*"
        return [
            *self.foundation_buckets(),
            self.chat_channels(name),
            self.arn("cloudwatch", f"alarm:{name}"),
            self.arn("events", f"rule/{name}"),
            self.arn("lambda", f"function:{name}"),
            self.arn("logs", f"log-group:/aws/lambda/{name}"),
            self.arn("logs", f"log-group:/{self.prefix}/{names.FOUNDATION}/*"),
            self.arn("sns", name),
            self.arn("sqs", name),
        ]
