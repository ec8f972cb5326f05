"""ACC-01: a provider acts in one account and refuses any other."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.stack_accounts import PROVIDER, allowed_accounts


def check(provider: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Every AWS provider is held to account ids."""
    return [] if allowed_accounts(provider) else ["the provider acts in whatever account the credentials are for"]


RULE = Rule(
    id="ACC-01",
    name="provider-held-to-account",
    title="AWS providers are held to their account",
    why="With yesterday's credentials a stack would otherwise come up in the wrong account.",
    fix="Set allowedAccountIds.",
    severity=Severity.HIGH,
    types=(PROVIDER,),
    check=check,
)
