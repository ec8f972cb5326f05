"""Names of roles with the ids of projects and people left open: equal for roles that are alike."""

from __future__ import annotations

from catalog.roles import ROLES
from policies.access.graph.model import IamRole, PolicyGraph

PROJECT, USER = "<project>", "<user>"


def label(graph: PolicyGraph, role: IamRole) -> str:
    """What roles of the same kind and environment or stage are called, such as `mlops-<project>-build`."""
    return ROLES[role.kind].role_name(
        role.kind,
        prefix=graph.prefix,
        environment=role.stack,
        stage=graph.stages.get(role.stack, role.stack),
        project=PROJECT,
        user=USER,
    )
