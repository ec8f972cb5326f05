"""IAM-14: a resource policy that admits an AWS service says for whose resources."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.resource_policies import KEYS, POLICY_OF, ROLE, statements
from policies.pack.statements import StatementView

SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner")
# A key's own ways to the same end: whose call it is, and for which resource.
# Source: AWS KMS Developer Guide, "AWS KMS condition keys".
KEY_SOURCES = ("kms:calleraccount", "kms:viaservice")
KEY_CONTEXT = "kms:encryptioncontext:"


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Every Allow to a service holds the account, ARN or organization it acts for."""
    return [
        f"{statement.label} lets {', '.join(services)} act for any AWS account's resources"
        for statement in statements(resource)
        if statement.allows and (services := _services(statement)) and not _held(statement, resource.type in KEYS)
    ]


def _services(statement: StatementView) -> list[str]:
    return sorted(name for kind, name in statement.principals if kind == "Service")


def _held(statement: StatementView, of_key: bool) -> bool:
    contexts = [key for _, key, _ in statement.conditions if key.startswith(KEY_CONTEXT)]
    return statement.fixes((*SOURCES, *KEY_SOURCES, *contexts) if of_key else SOURCES)


RULE = Rule(
    id="IAM-14",
    name="iam-service-source-in-resource-policy",
    title="Resource policies that admit AWS services say for whose resources",
    why="Confused deputy: a stranger's trail, rule or bucket makes the service act on this resource.",
    fix="Hold aws:SourceAccount, aws:SourceArn or aws:SourceOrgID; on a key, an encryption context will do.",
    severity=Severity.HIGH,
    types=tuple(token for token in POLICY_OF if token != ROLE),
    check=check,
)
