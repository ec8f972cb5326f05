"""IAM-05: a trust in an account names who in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.statements import StatementView, parse

NAMING = ("aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "sts:externalid", "aws:userid")
_ACCOUNT = re.compile(r"\d{12}|arn:[^:]+:iam::\d{12}:root|\*")


def check(role: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """A whole account as principal comes with the role, the organization or the external id it must have."""
    return [
        f"{statement.label} trusts everybody in {', '.join(accounts)}"
        for statement in parse(role.get("assumeRolePolicy"), "assumeRolePolicy")
        if statement.allows and (accounts := _accounts(statement)) and not statement.fixes(NAMING)
    ]


def _accounts(statement: StatementView) -> list[str]:
    return sorted(name for kind, name in statement.principals if kind in {"AWS", "*"} and _ACCOUNT.fullmatch(name))


RULE = Rule(
    id="IAM-05",
    name="iam-account-trust-named",
    title="Trusts in an account name the role, the organization or an external id",
    why="A bare account lets its every administrator decide who comes in.",
    fix="Name the role, or hold aws:PrincipalArn, aws:PrincipalOrgID or sts:ExternalId.",
    severity=Severity.HIGH,
    types=("aws:iam/role:Role",),
    check=check,
)
