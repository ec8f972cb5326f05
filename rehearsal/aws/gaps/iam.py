"""IAM: a boundary is a policy that exists, for as long as a role has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.iam.exceptions import DeleteConflictException, NotFoundException
from moto.iam.models import IAMBackend

from rehearsal.aws.gaps.keeping import wrap


def install() -> None:
    """Complete the service."""
    wrap(IAMBackend, "create_role", create_role)
    wrap(IAMBackend, "put_role_permissions_boundary", put_role_permissions_boundary)
    wrap(IAMBackend, "delete_policy", delete_policy)


def create_role(
    original: Callable[..., Any],
    this: IAMBackend,
    role_name: str,
    assume_role_policy_document: str,
    path: str,
    permissions_boundary: str | None,
    *rest: Any,
    **more: Any,
) -> Any:
    """CreateRole, refused where its boundary is not there."""
    _there(this, permissions_boundary)
    return original(this, role_name, assume_role_policy_document, path, permissions_boundary, *rest, **more)


def put_role_permissions_boundary(
    original: Callable[..., Any], this: IAMBackend, role_name: str, permissions_boundary: str
) -> Any:
    """PutRolePermissionsBoundary, refused where that is not there."""
    _there(this, permissions_boundary)
    return original(this, role_name, permissions_boundary)


def delete_policy(original: Callable[..., Any], this: IAMBackend, policy_arn: str) -> Any:
    """DeletePolicy, refused while it is some role's boundary."""
    if any(role.permissions_boundary_arn == policy_arn for role in this.roles.values()):
        raise DeleteConflictException("Cannot delete a policy attached to entities.")
    return original(this, policy_arn)


def _there(this: IAMBackend, boundary: str | None) -> None:
    if boundary and boundary not in this.managed_policies:
        raise NotFoundException(f"Scope ARN: {boundary} does not exist or is not attachable.")
