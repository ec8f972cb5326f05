"""LAM-04: a function has no open URL."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource


def check(url: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """A function URL takes signed requests alone."""
    kind = url.text("authorizationType") or "none"
    return [] if kind == "AWS_IAM" else [f"authorizationType is {kind}, allowed is AWS_IAM"]


RULE = Rule(
    id="LAM-04",
    name="lambda-no-open-url",
    title="Function URLs take signed requests alone",
    why="An open URL is an API without authentication, throttle or log.",
    fix="Set authorizationType to AWS_IAM, or put the API in front.",
    severity=Severity.CRITICAL,
    types=("aws:lambda/functionUrl:FunctionUrl",),
    check=check,
)
