"""What every stack starts from: its settings, scope and names, and the one provider that all it declares lives in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import pulumi
import pulumi_aws as aws

from catalog import names
from catalog.scope import Scope
from settings.model import Credentials, StackSettings

Settings = TypeVar("Settings", bound=StackSettings)


class StackContext(Generic[Settings]):
    """A stack's settings, and what follows from them: scope, names, permissions boundary, provider.

    `env_names` are the names of the environment that the stack makes or, for a project, belongs to. The provider
    refuses to act in any account but the stack's own; `extra_tags` are default tags beside `common_tags`.
    """

    def __init__(
        self, stack: str, settings: Settings, env_names: names.Names, extra_tags: Mapping[str, str] | None = None
    ) -> None:
        self.stack, self.settings, self.env_names = stack, settings, env_names
        self.scope = Scope.of_account(settings.account, settings.region, settings.prefix)
        self.boundary = boundary_arn(settings)
        self.provider = account_provider(stack, settings, extra_tags)

    def child_options(self, *, depends_on: list[pulumi.Resource] | None = None) -> pulumi.ResourceOptions:
        """Options of a component or resource of this stack: its provider, and what it waits for."""
        return pulumi.ResourceOptions(provider=self.provider, depends_on=depends_on)

    def deployer(self) -> str:
        """ARN of the role that runs Pulumi in this account, made by the account's foundation."""
        return names.deployer_arn(self.scope)

    def bucket_name(self, purpose: str) -> str:
        """Name of one of the environment's buckets, in this account and region."""
        return self.env_names.bucket_in(self.scope, purpose)


def common_tags(stack: str, settings: StackSettings) -> dict[str, str]:
    """Tags on everything that the stack makes."""
    return {
        "platform": settings.prefix,
        "environment": stack,
        "owner": settings.tags.owner,
        "cost-centre": settings.tags.cost_centre,
        "data-class": settings.tags.data_class,
    }


def account_provider(stack: str, settings: StackSettings, extra_tags: Mapping[str, str] | None = None) -> aws.Provider:
    """A provider that refuses to act in any account but the stack's own."""
    return aws.Provider(
        "account",
        region=settings.region,
        allowed_account_ids=[settings.account],
        profile=settings.credentials.profile,
        assume_roles=_assumed_roles(stack, settings.credentials),
        default_tags=aws.ProviderDefaultTagsArgs(tags={**common_tags(stack, settings), **(extra_tags or {})}),
    )


def boundary_arn(settings: StackSettings) -> str:
    """ARN of the boundary that every role of the stack carries, made by the account's foundation.

    Computed: the foundation is there first, or AWS refuses the first role.
    """
    return names.boundary_arn(Scope.of_account(settings.account, settings.region, settings.prefix))


def _assumed_roles(stack: str, credentials: Credentials) -> list[aws.ProviderAssumeRoleArgs] | None:
    if credentials.role_arn is None:
        return None
    role = aws.ProviderAssumeRoleArgs(
        role_arn=credentials.role_arn, external_id=credentials.external_id, session_name=f"pulumi-{stack}"[:64]
    )
    return [role]
