"""IAM-12: a federated trust says whose tokens."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.statements import StatementView, parse

FEDERATED = ("sts:AssumeRoleWithWebIdentity",)


def check(role: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """A trust in an OIDC provider holds the token's audience and subject."""
    return [
        f"{statement.label} takes any {missing} of {', '.join(_providers(statement))}"
        for statement in parse(role.get("assumeRolePolicy"), "assumeRolePolicy")
        if statement.allows and any(statement.covers(action) for action in FEDERATED) and _providers(statement)
        for missing in ("aud", "sub")
        if not _holds(statement, missing)
    ]


def _providers(statement: StatementView) -> list[str]:
    return sorted(name for kind, name in statement.principals if kind == "Federated" and ":saml-provider/" not in name)


def _holds(statement: StatementView, claim: str) -> bool:
    """Whether a condition holds the claim to values that begin with something: `repo:owner/name:*`, and not `*`."""
    keys = [key for _, key, _ in statement.conditions if key.endswith(f":{claim}")]
    values = [value for key in keys for value in statement.values_of(key)]
    return bool(values) and all(value.split("*")[0].count("/") or "*" not in value for value in values)


RULE = Rule(
    id="IAM-12",
    name="iam-oidc-subject",
    title="Trusts in OIDC providers hold audience and subject",
    why="Without a subject every repository of the provider's every customer may assume the role.",
    fix="Hold <provider>:aud, and <provider>:sub to the repository and branch or environment.",
    severity=Severity.CRITICAL,
    types=("aws:iam/role:Role",),
    check=check,
)
