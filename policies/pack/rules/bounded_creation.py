"""IAM-11: who makes roles, makes bounded ones."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.identity import INLINE, MANAGED, ROLE, documents, exclude_boundaries
from policies.pack.model import Rule, Severity, StackResource
from policies.pack.statements import StatementView

# Ways to give rights to a role or a user.
# Source: IAM User Guide, "Permissions boundaries for IAM entities", "Delegating responsibility to others".
GRANTING = (
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
)
REMOVING = ("iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary")
BOUNDARY = "iam:permissionsboundary"


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """Rights to create roles or their policies demand the boundary, and nothing takes a boundary away."""
    exclude_boundaries(resource, stack)
    return [
        violation
        for where, statement in documents(resource)
        if statement.allows
        for violation in _violations(f"{statement.label} of {where}", statement)
    ]


def _violations(label: str, statement: StatementView) -> list[str]:
    granting = [action for action in GRANTING if statement.covers(action)]
    removing = [action for action in REMOVING if statement.covers(action)]
    found = [f"{label} allows {', '.join(removing)}"] if removing else []
    if granting and not statement.fixes([BOUNDARY]):
        found.append(f"{label} allows {', '.join(granting)} without iam:PermissionsBoundary")
    return found


RULE = Rule(
    id="IAM-11",
    name="iam-creates-bounded-roles",
    title="Rights to make roles demand the permissions boundary",
    why="Whoever makes an unbounded role gives itself more rights than it has.",
    fix="Hold iam:PermissionsBoundary to the boundary on those actions, and leave out the removal of boundaries.",
    severity=Severity.CRITICAL,
    types=(*INLINE, MANAGED, ROLE),
    scope="stack",
    check=check,
)
