"""IAM-02: no identity policy gives a whole service on everything."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.pack.identity import ATTACHED, INLINE, MANAGED, ROLE, documents, exclude_boundaries, is_boundary
from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.statements import StatementView

# AWS's own policies of that kind, by the end of their names (IAM User Guide, "AWS managed policies for job functions").
TOO_WIDE = re.compile(r"arn:[^:]*:iam::aws:policy/(.*/)?(AdministratorAccess|PowerUserAccess|.*FullAccess)")


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """No Allow of `*` or `service:*` on all resources, written here or attached from AWS."""
    exclude_boundaries(resource, stack)
    written = [
        f"{statement.label} of {where} allows {_shown(statement)} on every resource"
        for where, statement in documents(resource)
        if statement.allows and _whole_service(statement) and "*" in statement.resources
    ]
    attached = _managed(resource)
    wide = [f"attaches {arn}, which is as wide" for arn in attached if TOO_WIDE.fullmatch(arn)]
    bounds = [
        f"attaches {arn}, which limits as a boundary and would grant here" for arn in attached if is_boundary(arn)
    ]
    return written + wide + bounds


def _whole_service(statement: StatementView) -> bool:
    return any(a == "*" or a.endswith(":*") for a in statement.actions)


def _shown(statement: StatementView) -> str:
    return ", ".join(action for action in statement.actions if action.endswith("*"))


def _managed(resource: StackResource) -> list[str]:
    arns = [resource.get("policyArn")] if resource.type in ATTACHED else []
    if resource.type == ROLE:
        arns = resource.values("managedPolicyArns")
    return [arn for arn in arns if isinstance(arn, str)]


RULE = Rule(
    id="IAM-02",
    name="iam-no-whole-service",
    title="Identity policies give no whole service on every resource",
    why="Least privilege: what a job does not need, a stolen session must not have.",
    fix="List the actions, and the resources they are needed on.",
    severity=Severity.HIGH,
    frameworks=("FSBP IAM.1", "FSBP IAM.21", "CIS AWS 1.4.0 1.16", "NIST 800-53 AC-6"),
    sources=(SECURITY_HUB.format("iam"),),
    types=(*INLINE, MANAGED, ROLE, *ATTACHED),
    scope="stack",
    check=check,
)
