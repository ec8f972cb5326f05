"""Roles that stack files say are there already (`existing.roles`), made in the in-memory AWS by their account's owner.

Their boundary is the foundation's, so they are made when that is up, just before the stack that names them. AWS's own
guide gives a StackSet's execution role every right (CloudFormation User Guide, "Grant self-managed permissions"); so
do these, inside the boundary. Requests that they make are decided by the same documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from catalog.roles import RoleKind
from policies.access.graph.model import IamRole, PolicyGraph
from rehearsal.aws.cloud import Cloud
from rehearsal.existing import MARK
from settings.config import AnyStack
from settings.model import ProjectSettings, WorkloadSettings

_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def make_existing_roles(cloud: Cloud, settings: AnyStack) -> None:
    """Make the roles that a stack's file names, each as `pulumi preview` will ask for it; those that are there stay."""
    with cloud.recorder.unheard():
        for arn, _, trust in _named_roles(settings):
            iam = cloud.client(cloud.owner(settings.account, settings.region), "iam", settings.region)
            with suppress(iam.exceptions.EntityAlreadyExistsException):
                _make(iam, arn, trust, settings)


def _make(iam: Any, arn: str, trust: str, settings: AnyStack) -> None:
    from stacks.context import boundary_arn

    path, name = _path_and_name(arn)
    iam.create_role(
        Path=path,
        RoleName=name,
        AssumeRolePolicyDocument=trust,
        PermissionsBoundary=boundary_arn(settings),
        Tags=[{"Key": MARK, "Value": settings.prefix}],
    )
    iam.put_role_policy(RoleName=name, PolicyName="owner", PolicyDocument=json.dumps(_EVERYTHING))


def existing_roles(graph: PolicyGraph, settings: Iterable[AnyStack]) -> dict[str, IamRole]:
    """The roles that the files name, by ARN, with the policies that `make_existing_roles` gave them."""
    from stacks.context import boundary_arn

    boundaries = {role.boundary_arn: role.boundary for role in graph.roles.values() if role.boundary}
    found: dict[str, IamRole] = {}
    for each in settings:
        for arn, kind, trust in _named_roles(each):
            path, name = _path_and_name(arn)
            boundary = boundary_arn(each)
            found[arn] = IamRole(
                arn=arn,
                account=each.account,
                name=name,
                path=path,
                stack="",
                urn="",
                kind=kind,
                trust=json.loads(trust),
                inline=(_EVERYTHING,),
                boundary=boundaries.get(boundary),
                boundary_arn=boundary,
                tags={MARK: each.prefix},
            )
    return found


def _path_and_name(arn: str) -> tuple[str, str]:
    path, _, name = arn.partition(":role")[2].rpartition("/")
    return f"{path}/", name


def _named_roles(settings: AnyStack) -> Iterator[tuple[str, RoleKind, str]]:
    """ARN, kind and trust policy of each role."""
    from stacks.existing_roles import stack_set_administration, stack_set_execution

    if isinstance(settings, WorkloadSettings):
        for project, arn in settings.existing.roles.stack_set_execution.items():
            yield arn, RoleKind.STACK_SET_EXECUTION, stack_set_execution(settings, project).trust
    elif isinstance(settings, ProjectSettings) and (arn := settings.existing.roles.stack_set_administration or ""):
        yield arn, RoleKind.STACK_SET_ADMINISTRATION, stack_set_administration(settings).trust
