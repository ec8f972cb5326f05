"""EVB-02: events go to another account with a role."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import NotApplicable, Rule, Severity, StackResource
from policies.pack.stack_accounts import account_of, stack_accounts


def check(target: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """A target of an account that the stack does not act in is reached with a role of ours."""
    account = account_of(target.text("arn"))
    if account is None or account in stack_accounts(stack):
        raise NotApplicable("its target is in the stack's own account")
    return [] if target.present("roleArn") else [f"events go to account {account} without a role"]


RULE = Rule(
    id="EVB-02",
    name="events-foreign-target-role",
    title="Event targets in other accounts have a role",
    why="Without a role the receiver must admit the whole service, and no policy of ours limits what is sent.",
    fix="Set roleArn to a role that may put events on that target alone.",
    severity=Severity.HIGH,
    types=("aws:cloudwatch/eventTarget:EventTarget",),
    scope="stack",
    check=check,
)
