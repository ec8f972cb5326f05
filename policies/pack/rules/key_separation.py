"""KMS-02: who administers a key does not use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from policies.pack.model import NotApplicable, Rule, Severity, StackResource
from policies.pack.related_resources import attached
from policies.pack.statements import StatementView, parse

KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
ADMINISTER = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
# A grant hands out use, so that whoever creates one uses the key.
USE = ("kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:CreateGrant")
# The one way to leave both to the account's identity policies is to say so in the statement's Sid.
DELEGATES = "DelegatesToIdentityPolicies"
_ACCOUNT = re.compile(r"(\d{12}|arn:[^:]+:iam::\d{12}:root|\*)")


def check(key: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """No principal both administers and uses, in one statement or in two."""
    document = key.get("policy")
    if document in (None, ""):
        if key.type != KEY_POLICY and attached(key, stack, [KEY_POLICY], "keyId"):
            raise NotApplicable("its policy is a resource of its own")
        return ["the key has no policy, and AWS's default lets the account administer and use it"]
    statements = [s for s in parse(document) if s.allows and not s.label.startswith(DELEGATES)]
    administer = _principals(statements, ADMINISTER)
    use = _principals(statements, USE)
    return [
        f"{principal} administers the key ({administer[principal]}) and uses it ({use[principal]})"
        for principal in sorted(administer.keys() & use.keys())
    ]


def _principals(statements: Iterable[StatementView], actions: Sequence[str]) -> dict[str, str]:
    """Who may do one of the actions, and by which statements."""
    found: dict[str, list[str]] = {}
    for statement in statements:
        if any(statement.covers(action) for action in actions):
            for principal in _effective(statement):
                found.setdefault(principal, []).append(statement.label)
    return {principal: ", ".join(labels) for principal, labels in found.items()}


def _effective(statement: StatementView) -> set[str]:
    """Principals, an account being those of its roles that a condition names."""
    if statement.not_principals:
        return {"everybody but the named"}
    roles = statement.values_of("aws:principalarn")
    found: set[str] = set()
    for _, principal in statement.principals:
        found.update(roles if roles and _ACCOUNT.fullmatch(principal) else [principal])
    return found


RULE = Rule(
    id="KMS-02",
    name="kms-separate-duties",
    title="Key policies separate administration from use",
    why="Whoever can rewrite a key's policy and decrypt with it answers to nobody.",
    fix="Give administration and use to different principals; to leave both to identity policies, "
    f"begin the statement's Sid with {DELEGATES}.",
    severity=Severity.HIGH,
    types=("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", KEY_POLICY),
    scope="stack",
    check=check,
    never_exempt="the access matrix refuses whoever administers a key and uses it; correct the key's policy.",
)
