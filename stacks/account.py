"""The one provider of a stack: its account, its credentials, its tags."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from catalog import names
from settings.model import Credentials, StackSettings


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
        assume_roles=_assumed(stack, settings.credentials),
        default_tags=aws.ProviderDefaultTagsArgs(tags={**common_tags(stack, settings), **(extra_tags or {})}),
    )


def boundary_of(settings: StackSettings) -> str:
    """ARN of the boundary that every role of the stack carries: the settings' own, or else the account's foundation's.

    Computed: the foundation is there first, or AWS refuses the first role.
    """
    partition = names.partition_of(settings.region)
    return settings.permissions_boundary or names.boundary_arn(partition, settings.prefix, settings.account)


def _assumed(stack: str, credentials: Credentials) -> list[aws.ProviderAssumeRoleArgs] | None:
    if credentials.role_arn is None:
        return None
    role = aws.ProviderAssumeRoleArgs(
        role_arn=credentials.role_arn, external_id=credentials.external_id, session_name=f"pulumi-{stack}"[:64]
    )
    return [role]


def inside(provider: aws.Provider) -> pulumi.ResourceOptions:
    """Options of a component whose children live in the provider's account."""
    return pulumi.ResourceOptions(provider=provider)


def zones(provider: aws.Provider, count: int) -> list[str]:
    """The first zones of the region, in the order of their names; never letters that somebody assumed.

    Raises RunError where the region has fewer.
    """
    # Local zones and wavelength zones are opt-in and take neither NAT gateways nor most endpoints.
    found = aws.get_availability_zones(
        state="available",
        filters=[aws.GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])],
        opts=pulumi.InvokeOptions(provider=provider),
    )
    offered = sorted(found.names)
    if len(offered) < count:
        raise pulumi.RunError(f"network.availabilityZones is {count}, but the region offers {len(offered)}: {offered}")
    return offered[:count]
