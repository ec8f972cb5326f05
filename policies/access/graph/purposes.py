"""What things are for, read from their names: buckets and keys by purpose, roles by the work they do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.access.graph.model import PolicyGraph, PolicyResource, Role

# Physical name of a bucket: <prefix>-<environment>-<purpose>-<account>-<region>.
_PURPOSE = re.compile(r"-(?P<purpose>[a-z]+)-\d{12}-[a-z0-9-]+$")
# Kinds of a project's roles in the data science account that read and write models.
BUILDERS = ("pipeline", "processing", "training")
MODEL = "model"


def purpose(guarded: PolicyResource) -> str:
    """What a bucket or a key is for: `models`, `data`, `capture` …"""
    if guarded.purpose:
        return guarded.purpose
    if guarded.kind == "key":
        return guarded.aliases[0].rsplit("/", 1)[-1] if guarded.aliases else guarded.name
    match = _PURPOSE.search(guarded.name)
    return match["purpose"] if match else guarded.name


def of(graph: PolicyGraph, kind: str, *purposes: str) -> list[PolicyResource]:
    """Buckets or keys of some purposes."""
    return [each for each in graph.kind(kind) if purpose(each) in purposes]


def role_kind(role: Role) -> str:
    """What a role is for, without prefix, project, stage and user: `processing`, `deploy-pipeline`, `model` …"""
    project, user = role.tags.get("project"), role.tags.get("user")
    name = role.name
    if project and f"-{project}-" in name:
        return name.split(f"-{project}-", 1)[1]
    if user and name.endswith(f"-{user}"):
        return "scientist"
    for kind in ("stackset-administration", "stackset-execution", "flow-logs", "deployer", "approver"):
        if name.endswith(f"-{kind}"):
            return kind
    return name.split("-", 1)[-1]


def roles_of(graph: PolicyGraph, *kinds: str) -> list[Role]:
    """Roles of some kinds, by ARN."""
    return sorted((r for r in graph.roles.values() if role_kind(r) in kinds), key=lambda role: role.arn)


def endpoints(graph: PolicyGraph, service: str) -> list[str]:
    """Ids of all endpoints of a service, in all accounts."""
    return sorted(each.id for each in graph.endpoints.values() if each.service == service)


def shown(roles: Sequence[Role]) -> list[str]:
    """Roles as lines of a list."""
    return [f"{role.arn}" for role in roles]
