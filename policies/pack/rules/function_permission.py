"""LAM-03: a service invokes a function for named resources."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, NotApplicable, Rule, Severity, StackResource, UnknownValue
from policies.pack.stack_accounts import account_of


def check(permission: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """A permission for an AWS service names the account that it comes from, or an ARN that holds one."""
    principal = permission.text("principal")
    if not principal.endswith(".amazonaws.com"):
        raise NotApplicable("its principal is not an AWS service")
    if permission.present("sourceAccount") or permission.present("principalOrgId") or _names_account(permission):
        return []
    return [f"{principal} may invoke the function for anybody's resources"]


def _names_account(permission: StackResource) -> bool:
    """Whether the source's ARN holds an account, which a bucket's does not. One of this update is one's own."""
    try:
        return account_of(permission.text("sourceArn")) is not None
    except UnknownValue:
        return True


RULE = Rule(
    id="LAM-03",
    name="lambda-permission-source",
    title="Functions are invoked for named sources",
    why="Confused deputy: any rule, bucket or API of any account could make the service call the function.",
    fix="Set sourceArn, and sourceAccount where the ARN names no account.",
    severity=Severity.HIGH,
    frameworks=(
        "FSBP Lambda.1",
        "NIST 800-53 AC-3",
    ),
    sources=(SECURITY_HUB.format("lambda"),),
    types=("aws:lambda/permission:Permission",),
    check=check,
)
