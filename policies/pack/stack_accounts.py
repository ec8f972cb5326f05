"""The accounts that a stack acts in: the `allowedAccountIds` of its AWS providers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from policies.pack.model import StackResource, UnknownValue

PROVIDER = "pulumi:providers:aws"
_ACCOUNT = re.compile(r"(\d{12})|arn:[^:]*:[^:]*:[^:]*:(\d{12}):.*", re.DOTALL)


def allowed_accounts(provider: StackResource) -> list[str]:
    """The accounts of one provider's `allowedAccountIds`: provider inputs are JSON text where they are not strings."""
    value = provider.get("allowedAccountIds")
    if isinstance(value, str) and value:
        value = json.loads(value)
    return [str(item) for item in value] if isinstance(value, list | tuple) else []


def stack_accounts(stack: Sequence[StackResource]) -> set[str]:
    """The accounts of the stack's providers; raises `UnknownValue` when none of them says one."""
    found = {account for resource in stack if resource.type == PROVIDER for account in allowed_accounts(resource)}
    if not found:
        raise UnknownValue("allowedAccountIds", "the stack's AWS provider")
    return found


def account_of(principal: str) -> str | None:
    """The account in an ARN, or the account itself."""
    found = _ACCOUNT.fullmatch(principal)
    return (found.group(1) or found.group(2)) if found else None
