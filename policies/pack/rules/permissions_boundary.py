"""IAM-07: every role has a permissions boundary."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource


def check(role: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The role has a boundary; one that is made in this update counts before it has an ARN."""
    return [] if role.present("permissionsBoundary") else ["the role has no permissions boundary"]


RULE = Rule(
    id="IAM-07",
    name="iam-permissions-boundary",
    title="Roles have a permissions boundary",
    why="The boundary is what holds when a policy is written too wide, now or by self-service later.",
    fix="Set permissionsBoundary to the platform's boundary policy.",
    severity=Severity.HIGH,
    types=("aws:iam/role:Role",),
    check=check,
    never_exempt="the access proofs refuse a role without a boundary; give it the platform's.",
)
