"""IAM-09: what is allowed is named, not what is left out."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.identity import INLINE, MANAGED, ROLE, documents, exclude_boundaries
from policies.pack.model import Rule, Severity, StackResource


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """No Allow with NotAction or NotResource."""
    exclude_boundaries(resource, stack)
    return [
        f"{statement.label} of {where} allows everything but {', '.join(left_out)}"
        for where, statement in documents(resource)
        if statement.allows and (left_out := statement.not_actions + statement.not_resources)
    ]


RULE = Rule(
    id="IAM-09",
    name="iam-no-allow-by-exception",
    title="Identity policies allow what they name, not everything else",
    why="An Allow with NotAction or NotResource grants each action and resource that AWS or the platform adds later.",
    fix="List the actions and resources; keep NotAction and NotResource for denials.",
    severity=Severity.HIGH,
    types=(*INLINE, MANAGED, ROLE),
    scope="stack",
    check=check,
)
