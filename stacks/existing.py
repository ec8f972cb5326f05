"""What an account has already, used instead of made: looked up by id, and checked before anything is made.

All lookups are by what the settings name, so a preview checks them too. All that is missing is reported at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pulumi
import pulumi_aws as aws

from components.network import ExistingNetwork
from settings.existing import DataScienceExisting, WorkloadExisting
from settings.model import DataScienceSettings, ProjectSettings, StackSettings, WorkloadSettings
from settings.network import OF_APIS, DataScienceNetwork, WorkloadNetwork
from stacks.context import boundary_arn
from stacks.endpoint_services import EndpointServices, endpoint_services
from stacks.existing_network import ExistingEndpoint, endpoints, network, security_groups
from stacks.existing_roles import ExistingRole, role, stack_set_administration, stack_set_execution
from stacks.existing_storage import bucket, key
from stacks.lookups import Lookups


@dataclass(frozen=True, kw_only=True)
class Existing:
    """What is there, by purpose. What is not in it is made."""

    network: ExistingNetwork | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    endpoints: Mapping[str, ExistingEndpoint] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    buckets: Mapping[str, str] = field(default_factory=dict)
    # StackSet execution roles by project.
    roles: Mapping[str, ExistingRole] = field(default_factory=dict)


def existing_of_workload(settings: WorkloadSettings, provider: aws.Provider) -> Existing:
    """What the workload account has. Raises RunError with everything that the platform needs of it and lacks."""
    lookups = _lookups(settings, provider)
    given, boundary = settings.existing.roles.stack_set_execution, boundary_arn(settings)
    roles = {
        project: role(lookups, f"roles.stackSetExecution.{project}", stack_set_execution(settings, project), boundary)
        for project in given
    }
    return replace(_existing(lookups, settings, settings.existing), roles=roles)


def existing_of_data_science(settings: DataScienceSettings, provider: aws.Provider) -> Existing:
    """What the data science account has. Raises RunError as `existing_of_workload` does."""
    return _existing(_lookups(settings, provider), settings, settings.existing)


def existing_of_project(settings: ProjectSettings, provider: aws.Provider) -> ExistingRole | None:
    """The role that the project's StackSets enter workload accounts from, if there is one. Raises RunError."""
    if settings.existing.roles.stack_set_administration is None:
        return None
    lookups = _lookups(settings, provider)
    found = role(lookups, "roles.stackSetAdministration", stack_set_administration(settings), boundary_arn(settings))
    _raise_shortfalls(lookups)
    return found


def services_of(
    settings: WorkloadSettings | DataScienceSettings, provider: aws.Provider, existing: Existing
) -> EndpointServices:
    """What the region offers of the services that interface endpoints are made for, and a new network's zones.

    Raises RunError with everything that it does not offer.
    """
    zones = existing.network.zones if existing.network else ()
    return endpoint_services(provider, settings.region, _network(settings), existing.endpoints, zones)


def _network(settings: WorkloadSettings | DataScienceSettings) -> WorkloadNetwork | DataScienceNetwork:
    """The network as it is asked for, and what the hooks of APIs call from it."""
    network = settings.network
    if isinstance(settings, DataScienceSettings) or not settings.apis:
        return network
    more = [service for service in OF_APIS if service not in network.endpoints]
    return network.model_copy(update={"endpoints": (*network.endpoints, *more)})


def _lookups(settings: StackSettings, provider: aws.Provider) -> Lookups:
    return Lookups(provider, settings.account, settings.region, settings.prefix)


def _existing(
    lookups: Lookups,
    settings: WorkloadSettings | DataScienceSettings,
    existing: WorkloadExisting | DataScienceExisting,
) -> Existing:
    """All but the roles. Shortfalls that were found before are reported with its own."""
    keys = _given(existing.keys.model_dump())
    buckets = _given(existing.buckets.model_dump()) if isinstance(existing, DataScienceExisting) else {}
    for purpose, arn in keys.items():
        key(lookups, purpose, arn)
    for purpose, name in buckets.items():
        bucket(lookups, purpose, name, keys[purpose])
    groups = _given(existing.network.security_groups.model_dump()) if existing.network else {}
    network_found = network(lookups, existing.network, settings.network) if existing.network else None
    found = {}
    if existing.network:
        security_groups(lookups, groups, existing.network.vpc, nat=settings.network.nat)
        found = endpoints(lookups, existing.endpoints, existing.network)
    _raise_shortfalls(lookups)
    return Existing(network=network_found, groups=groups, endpoints=found, keys=keys, buckets=buckets)


def _raise_shortfalls(lookups: Lookups) -> None:
    if lookups.shortfalls:
        raise pulumi.RunError(_message(lookups.shortfalls))


def _given(section: Mapping[str, str | None]) -> dict[str, str]:
    return {purpose: one for purpose, one in section.items() if one}


def _message(shortfalls: list[str]) -> str:
    count = len(shortfalls)
    head = f"{count} thing{'' if count == 1 else 's'} that the platform needs of what exists already; nothing was made:"
    return "\n".join([head, *(f"  {shortfall}" for shortfall in shortfalls)])
