"""IAM-13: sts:AssumeRole is for named roles."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.identity import EVERY_ROLE, INLINE, MANAGED, ROLE, documents, exclude_boundaries
from policies.pack.model import Rule, Severity, StackResource


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """A statement that lets roles be assumed names them, or their path."""
    exclude_boundaries(resource, stack)
    return [
        f"{statement.label} of {where} assumes every role that trusts it"
        for where, statement in documents(resource)
        if statement.allows
        and statement.covers("sts:AssumeRole")
        and (statement.not_resources or any(EVERY_ROLE.fullmatch(pattern) for pattern in statement.resources))
    ]


RULE = Rule(
    id="IAM-13",
    name="iam-assume-named-roles",
    title="sts:AssumeRole names the roles",
    why="A trust written too wide anywhere, in any account, is then a way in.",
    fix="Name the roles' ARNs or their path.",
    severity=Severity.HIGH,
    types=(*INLINE, MANAGED, ROLE),
    scope="stack",
    check=check,
)
