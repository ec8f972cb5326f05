"""Roles that stack files say are there already (`existing.roles`), made in the in-memory AWS by their account's owner.

Their boundary is the foundation's, so they are made when that is up, just before the stack that names them. AWS's own
guide gives a StackSet's execution role every right (CloudFormation User Guide, "Grant self-managed permissions"); so
do these, inside the boundary. Requests that they make are decided by the same documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from catalog.roles import RoleKind
from policies.access.graph.model import IamRole, PolicyGraph
from policies.access.graph.policy_documents import ALLOW_EVERYTHING
from rehearsal.aws.cloud import Cloud
from rehearsal.existing import MARK
from settings.config import AnyStack
from settings.model import ProjectSettings, WorkloadSettings


def make_existing_roles(cloud: Cloud, settings: AnyStack) -> None:
    """Make the roles that a stack's file names, each as `pulumi preview` will ask for it; those that are there stay."""
    with cloud.recorder.unheard():
        for role in _named_roles(settings):
            iam = cloud.client(cloud.owner(settings.account, settings.region), "iam", settings.region)
            with suppress(iam.exceptions.EntityAlreadyExistsException):
                _make(iam, role)


def existing_roles(graph: PolicyGraph, settings: Iterable[AnyStack]) -> dict[str, IamRole]:
    """The roles that the files name, by ARN, as `make_existing_roles` makes them, inside the graph's boundaries."""
    boundaries = {role.boundary_arn: role.boundary for role in graph.roles.values() if role.boundary}
    named = [role for each in settings for role in _named_roles(each)]
    return {role.arn: replace(role, boundary=boundaries.get(role.boundary_arn)) for role in named}


def _make(iam: Any, role: IamRole) -> None:
    iam.create_role(
        Path=role.path,
        RoleName=role.name,
        AssumeRolePolicyDocument=json.dumps(role.trust),
        PermissionsBoundary=role.boundary_arn,
        Tags=[{"Key": key, "Value": value} for key, value in role.tags.items()],
    )
    for document in role.inline:
        iam.put_role_policy(RoleName=role.name, PolicyName="owner", PolicyDocument=json.dumps(document))


def _named_roles(settings: AnyStack) -> Iterator[IamRole]:
    """What a stack's file names; of the boundary, which is the foundation's, the ARN alone is known."""
    from stacks.context import boundary_arn
    from stacks.existing_roles import ExpectedRole, stack_set_administration, stack_set_execution

    expected: dict[RoleKind, list[ExpectedRole]] = {}
    if isinstance(settings, WorkloadSettings):
        projects = settings.existing.roles.stack_set_execution
        expected[RoleKind.STACK_SET_EXECUTION] = [stack_set_execution(settings, project) for project in projects]
    elif isinstance(settings, ProjectSettings) and settings.existing.roles.stack_set_administration:
        expected[RoleKind.STACK_SET_ADMINISTRATION] = [stack_set_administration(settings)]
    for kind, roles in expected.items():
        for role in roles:
            path, _, name = role.arn.partition(":role")[2].rpartition("/")
            yield IamRole(
                arn=role.arn,
                account=settings.account,
                name=name,
                path=f"{path}/",
                stack="",
                urn="",
                kind=kind,
                trust=json.loads(role.trust),
                inline=(ALLOW_EVERYTHING,),
                boundary_arn=boundary_arn(settings),
                tags={MARK: settings.prefix},
            )
