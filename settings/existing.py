"""Settings of existing resources that a stack uses instead of making them, each by its own id, ARN or name.

Their form is checked here; what AWS says of each is checked by `stacks.existing` before anything is made.
"""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from catalog.names import ProjectNames
from catalog.nearest import did_you_mean
from catalog.roles import RoleKind
from catalog.scope import Scope
from settings.closed_lists import closed_list
from settings.network_values import WHOLE_NAME
from settings.section import Section
from settings.values import (
    BucketName,
    Distinct,
    EndpointId,
    Identifier,
    KeyArn,
    RoleArn,
    RouteTableId,
    SecurityGroupId,
    SubnetId,
    VpcId,
)

S3 = "s3"


def _known_services(value: dict[str, str]) -> dict[str, str]:
    services = closed_list("endpoint-services") | {S3}
    unknown = sorted(name for name in value if name not in services and not re.fullmatch(WHOLE_NAME, name))
    if unknown:
        match = did_you_mean(unknown[0], services)
        raise ValueError(f"knows no service {', '.join(unknown)}{match}: name one of network.endpoints, or s3")
    twice = sorted({endpoint for endpoint in value.values() if list(value.values()).count(endpoint) > 1})
    if twice:
        raise ValueError(f"names {', '.join(twice)} for two services: an endpoint has one")
    return value


class ExistingGroups(Section):
    """Existing security groups. They keep their rules as they are."""

    workloads: SecurityGroupId | None = Field(default=None, description="Group of jobs, builds and model endpoints.")
    endpoints: SecurityGroupId | None = Field(default=None, description="Group of the interface endpoints.")


class ExistingStudioGroups(ExistingGroups):
    """Security groups of a data science account."""

    studio: SecurityGroupId | None = Field(default=None, description="Group of Studio's apps.")


class ExistingVpc(Section):
    """A VPC. Its own range is said in `network.cidr`, so that no other stack's overlaps it."""

    vpc: VpcId = Field(description="The VPC.")
    # Two zones, as SERVING_ZONES of settings.network says of a VPC that is made.
    subnets: Annotated[tuple[SubnetId, ...], Distinct] = Field(
        min_length=2, description="Private subnets, each in a zone of its own; an endpoint in a VPC needs two."
    )
    route_tables: Annotated[tuple[RouteTableId, ...], Distinct] = Field(
        min_length=1, description="Route tables of those subnets."
    )
    security_groups: ExistingGroups = Field(default_factory=ExistingGroups, description="Security groups of the VPC.")


class ExistingStudioVpc(ExistingVpc):
    """A VPC for a data science account, where nothing is served: one zone is enough."""

    subnets: Annotated[tuple[SubnetId, ...], Distinct] = Field(
        min_length=1, description="Private subnets, each in a zone of its own."
    )
    security_groups: ExistingStudioGroups = Field(
        default_factory=ExistingStudioGroups, description="Security groups of the VPC."
    )


class ExistingWorkloadKeys(Section):
    """KMS keys of a workload account. The platform writes their policies: give keys that nobody else uses."""

    volumes: KeyArn | None = Field(default=None, description="Key of the endpoints' volumes.")
    capture: KeyArn | None = Field(default=None, description="Key of captured requests and answers.")
    operations: KeyArn | None = Field(default=None, description="Key of logs and alarms.")


class ExistingDataScienceKeys(Section):
    """KMS keys of a data science account. The platform writes their policies: give keys that nobody else uses."""

    data: KeyArn | None = Field(default=None, description="Key of data and pipeline artifacts.")
    models: KeyArn | None = Field(default=None, description="Key of models.")
    volumes: KeyArn | None = Field(default=None, description="Key of the jobs' volumes.")
    studio: KeyArn | None = Field(default=None, description="Key of Studio's file system and volumes.")
    operations: KeyArn | None = Field(default=None, description="Key of logs and alarms.")


class ExistingBuckets(Section):
    """Buckets. The platform writes their policies, and leaves their objects, lifecycle and settings alone."""

    data: BucketName | None = Field(default=None, description="Bucket of the projects' data.")
    models: BucketName | None = Field(default=None, description="Bucket of models; workload stacks name it too.")


class ExistingWorkloadRoles(Section):
    """Roles that somebody else makes; their names are the platform's, since other accounts compute them."""

    stack_set_execution: dict[Identifier, RoleArn] = Field(
        default_factory=dict, description="Roles of StackSets in this account, by project."
    )


class ExistingProjectRoles(Section):
    """Roles that somebody else makes; their names are the platform's, since other accounts compute them."""

    stack_set_administration: RoleArn | None = Field(
        default=None, description="Role that the project's StackSets enter workload accounts from."
    )


AnyKeys = TypeVar("AnyKeys", ExistingWorkloadKeys, ExistingDataScienceKeys)


def _endpoints_have_a_network(value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    if value and "network" in info.data and info.data["network"] is None:
        raise ValueError("are endpoints of a VPC that exists: give existing.network too")
    return value


def _keys_differ(value: AnyKeys) -> AnyKeys:
    given = [key for key in value.model_dump().values() if key]
    twice = sorted({key for key in given if given.count(key) > 1})
    if twice:
        raise ValueError(f"names {', '.join(twice)} twice: each key has a policy of its own")
    return value


Endpoints = Annotated[dict[str, EndpointId], AfterValidator(_known_services), AfterValidator(_endpoints_have_a_network)]


class WorkloadExisting(Section):
    """What a workload account has already."""

    network: ExistingVpc | None = Field(default=None, description="A VPC, used instead of a new one.")
    endpoints: Endpoints = Field(default_factory=dict, description="VPC endpoints by service: s3, kms, sagemaker.api …")
    keys: Annotated[ExistingWorkloadKeys, AfterValidator(_keys_differ)] = Field(
        default_factory=ExistingWorkloadKeys, description="KMS keys, by ARN."
    )
    roles: ExistingWorkloadRoles = Field(default_factory=ExistingWorkloadRoles, description="Roles, by ARN.")


class DataScienceExisting(Section):
    """What a data science account has already."""

    network: ExistingStudioVpc | None = Field(default=None, description="A VPC, used instead of a new one.")
    endpoints: Endpoints = Field(default_factory=dict, description="VPC endpoints by service: s3, kms, sagemaker.api …")
    keys: Annotated[ExistingDataScienceKeys, AfterValidator(_keys_differ)] = Field(
        default_factory=ExistingDataScienceKeys, description="KMS keys, by ARN."
    )
    buckets: ExistingBuckets = Field(default_factory=ExistingBuckets, description="Buckets, by name.")

    @field_validator("buckets")
    @classmethod
    def _buckets_have_their_key(cls, value: ExistingBuckets, info: ValidationInfo) -> ExistingBuckets:
        keys = info.data.get("keys")
        for purpose, bucket in value.model_dump().items():
            if bucket and keys and getattr(keys, purpose) is None:
                raise ValueError(
                    f"has a {purpose} bucket, which is encrypted already: give existing.keys.{purpose} too"
                )
        if value.data and value.data == value.models:
            raise ValueError(f"names {value.data} twice: data and models have a bucket each")
        return value


class ProjectExisting(Section):
    """What a project has already in the data science account."""

    roles: ExistingProjectRoles = Field(default_factory=ExistingProjectRoles, description="Roles, by ARN.")


AnyExisting = TypeVar("AnyExisting", WorkloadExisting, DataScienceExisting, ProjectExisting)


def _arns(existing: WorkloadExisting | DataScienceExisting | ProjectExisting) -> dict[str, str | None]:
    """ARNs of the section by what they are for."""
    if isinstance(existing, ProjectExisting):
        return {"stack_set_administration": existing.roles.stack_set_administration}
    keys: dict[str, str | None] = existing.keys.model_dump()
    if isinstance(existing, WorkloadExisting):
        roles = existing.roles.stack_set_execution
        keys |= {f"stack_set_execution of {project}": arn for project, arn in roles.items()}
    return keys


def of_own_account(existing: AnyExisting, info: ValidationInfo) -> AnyExisting:
    """The section, if its keys and roles are those of the stack's own account and region. Raises ValueError."""
    account, region = info.data.get("account"), info.data.get("region")
    for name, arn in _arns(existing).items():
        if not arn:
            continue
        _, _, service, arn_region, arn_account, _ = arn.split(":", 5)
        if account and arn_account != account:
            raise ValueError(f"has {arn} ({name}), which is in account {arn_account}, not in {account}")
        if region and service == "kms" and arn_region != region:
            raise ValueError(f"has {arn} ({name}), which is in {arn_region}, not in {region}")
    return existing


def of_own_projects(existing: WorkloadExisting, info: ValidationInfo) -> WorkloadExisting:
    """The section, if its roles are those of projects that the account lets in. Raises ValueError."""
    projects = info.data.get("projects")
    others = sorted(existing.roles.stack_set_execution.keys() - set(projects or ()))
    if projects is not None and others:
        raise ValueError(f"has a role of {others[0]}, which may not deploy here: add it to projects, or drop the role")
    return existing


def of_computed_names(existing: WorkloadExisting, info: ValidationInfo) -> WorkloadExisting:
    """The section, if its roles have the ARNs that other accounts compute for them. Raises ValueError."""
    scope, stage = _scope(info), info.data.get("stage")
    if scope and stage:
        for project, arn in existing.roles.stack_set_execution.items():
            names = ProjectNames(scope.prefix, project)
            _is_computed(arn, names.stage_role_arn(scope, stage.value, RoleKind.STACK_SET_EXECUTION))
    return existing


def of_computed_name(existing: ProjectExisting, info: ValidationInfo) -> ProjectExisting:
    """The section, if its role has the ARN that workload accounts compute for it. Raises ValueError."""
    scope, project, arn = _scope(info), info.data.get("id"), existing.roles.stack_set_administration
    if scope and project and arn:
        _is_computed(arn, ProjectNames(scope.prefix, project).role_arn(scope, RoleKind.STACK_SET_ADMINISTRATION))
    return existing


def _scope(info: ValidationInfo) -> Scope | None:
    account, region, prefix = (info.data.get(key) for key in ("account", "region", "prefix"))
    return Scope.of_account(account, region, prefix) if account and region and prefix else None


def _is_computed(arn: str, computed: str) -> None:
    if arn != computed:
        raise ValueError(f"has {arn}, but other accounts compute the role's ARN: it must be {computed}")
