"""IAM-03: iam:PassRole is for named roles and named services."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.identity import EVERY_ROLE, INLINE, MANAGED, ROLE, documents, exclude_boundaries
from policies.pack.model import Rule, Severity, StackResource
from policies.pack.statements import StatementView


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """A statement that lets a role be passed says which role and to which service."""
    exclude_boundaries(resource, stack)
    return [
        violation
        for where, statement in documents(resource)
        if statement.allows and statement.covers("iam:PassRole")
        for violation in _violations(where, statement)
    ]


def _violations(where: str, statement: StatementView) -> list[str]:
    found = []
    if statement.not_resources or any(EVERY_ROLE.fullmatch(resource) for resource in statement.resources):
        found.append(f"{statement.label} of {where} passes every role")
    if not statement.fixes(["iam:passedtoservice"]):
        found.append(f"{statement.label} of {where} passes roles to every service: no iam:PassedToService")
    return found


RULE = Rule(
    id="IAM-03",
    name="iam-pass-role",
    title="iam:PassRole names the role and the service",
    why="Whoever passes any role to any service has the rights of all of them.",
    fix="Name the role's ARN and hold iam:PassedToService with StringEquals.",
    severity=Severity.CRITICAL,
    types=(*INLINE, MANAGED, ROLE),
    scope="stack",
    check=check,
)
