"""Roles by kind, buckets and keys by purpose, VPC endpoints by service."""

from __future__ import annotations

from catalog.roles import RoleKind
from policies.access.graph.model import IamRole, PolicyGraph, PolicyResource


def resources_with_purpose(graph: PolicyGraph, kind: str, *purposes: str) -> list[PolicyResource]:
    """Buckets or keys that serve one of the purposes, by ARN."""
    return [resource for resource in graph.resources(kind) if resource.purpose in purposes]


def roles_of_kind(graph: PolicyGraph, *kinds: RoleKind) -> list[IamRole]:
    """Roles of these kinds, by ARN."""
    return sorted((role for role in graph.roles.values() if role.kind in kinds), key=lambda role: role.arn)


def endpoint_ids(graph: PolicyGraph, service: str) -> list[str]:
    """Ids of the VPC endpoints of a service in all accounts, sorted."""
    return sorted(endpoint.id for endpoint in graph.endpoints.values() if endpoint.service == service)
