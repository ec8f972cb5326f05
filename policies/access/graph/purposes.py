"""Roles by kind, buckets and keys by purpose, VPC endpoints by service."""

from __future__ import annotations

import re

from catalog.roles import RoleKind
from policies.access.graph.model import IamRole, PolicyGraph, PolicyResource, account_of
from policies.access.graph.policy_documents import as_list, statements

_WHOLE_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+")
_ACTS_WITH = frozenset({"iam:PassRole", "sts:AssumeRole"})


def resources_with_purpose(graph: PolicyGraph, kind: str, *purposes: str) -> list[PolicyResource]:
    """Buckets or keys that serve one of the purposes, by ARN."""
    return [resource for resource in graph.resources(kind) if resource.purpose in purposes]


def roles_of_kind(graph: PolicyGraph, *kinds: RoleKind) -> list[IamRole]:
    """Roles of these kinds, by ARN."""
    return sorted((role for role in graph.roles.values() if role.kind in kinds), key=lambda role: role.arn)


def endpoint_ids(graph: PolicyGraph, service: str) -> list[str]:
    """Ids of the VPC endpoints of a service in all accounts, sorted."""
    return sorted(endpoint.id for endpoint in graph.endpoints.values() if endpoint.service == service)


def roles_there_before(graph: PolicyGraph) -> list[str]:
    """Whole ARNs of roles of the platform's accounts that no stack made, and that a policy lets pass or assume."""
    accounts = {*graph.accounts()}
    named = {
        str(arn)
        for role in graph.roles.values()
        for document in role.identity
        for statement in statements(document)
        if statement.get("Effect") == "Allow" and _ACTS_WITH.intersection(map(str, as_list(statement.get("Action"))))
        for arn in as_list(statement.get("Resource"))
    }
    return sorted(
        arn for arn in named if arn not in graph.roles and _WHOLE_ROLE.fullmatch(arn) and account_of(arn) in accounts
    )
