"""S3-08: other accounts read at most."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.resource_policies import BUCKET_POLICY, statements
from policies.pack.stack_accounts import account_of, stack_accounts
from policies.pack.statements import StatementView

# The control names the first five; the others change or remove what the platform keeps.
WRITES = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutBucketVersioning",
    "s3:PutLifecycleConfiguration",
    "s3:PutObject",
)


def check(policy: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """No Allow lets a principal of an account that the stack does not act in write, delete or configure."""
    writing = [
        (statement, actions) for statement in statements(policy) if statement.allows and (actions := _writes(statement))
    ]
    if not writing:
        return []
    own_accounts = stack_accounts(stack)
    return [
        f"{statement.label} lets {', '.join(foreign)} do {', '.join(actions)}"
        for statement, actions in writing
        if (foreign := _foreign_accounts(statement, own_accounts))
    ]


def _writes(statement: StatementView) -> list[str]:
    return [action for action in WRITES if statement.covers(action)]


def _foreign_accounts(statement: StatementView, own_accounts: set[str]) -> list[str]:
    accounts = {account_of(name) for kind, name in statement.principals if kind == "AWS"}
    return sorted(account for account in accounts if account and account not in own_accounts)


RULE = Rule(
    id="S3-08",
    name="s3-no-foreign-writes",
    title="Bucket policies let other accounts read at most",
    why="A workload account that can write models can change what production serves, without an approval.",
    fix="Give other accounts s3:GetObject and s3:GetObjectVersion alone.",
    severity=Severity.HIGH,
    frameworks=(
        "FSBP S3.6",
        "NIST 800-53 CM-2",
    ),
    sources=(SECURITY_HUB.format("s3"),),
    types=(BUCKET_POLICY,),
    scope="stack",
    check=check,
)
