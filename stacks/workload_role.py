"""A role of a project in a workload account."""

from __future__ import annotations

import pulumi

from catalog.roles import ROLES, RoleKind
from components.role import Role, RoleArgs
from policies.documents.buckets import PROJECT_TAG
from stacks.workload_context import WorkloadContext


def project_role(
    context: WorkloadContext,
    project: str,
    kind: RoleKind,
    description: str,
    trust_policy: str,
    policy: pulumi.Input[str],
) -> Role:
    """One of a project's roles in this account."""
    args = RoleArgs(
        kind=kind,
        name=context.project_names(project).stage_role(context.stage, kind),
        path=ROLES[kind].iam_path(context.settings.prefix, project),
        description=description,
        trust=trust_policy,
        policy=policy,
        boundary=context.boundary,
        tags={PROJECT_TAG: project},
    )
    return Role(f"{project}-{kind}", args, context.child_options())
