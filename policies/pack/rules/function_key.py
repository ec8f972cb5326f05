"""LAM-02: a function's environment is encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import NotApplicable, Rule, Severity, StackResource


def check(function: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Variables are encrypted with a customer managed key."""
    if not function.present("environment.variables"):
        raise NotApplicable("it has no environment variables")
    named = has_customer_managed_key(function, "kmsKeyArn")
    return [] if named else ["the environment is not encrypted with a customer managed key"]


RULE = Rule(
    id="LAM-02",
    name="lambda-environment-key",
    title="Functions' environments are encrypted with a customer managed key",
    why="Under AWS's key whoever may describe the function reads its settings.",
    fix="Set kmsKeyArn.",
    severity=Severity.LOW,
    types=("aws:lambda/function:Function",),
    check=check,
)
