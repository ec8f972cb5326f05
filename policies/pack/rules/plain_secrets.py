"""SEC-01: no secret is kept in plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.pack.model import NotApplicable, Rule, Severity, StackResource
from policies.pack.secrets import looks_secret

PARAMETER = "aws:ssm/parameter:Parameter"


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Neither a String parameter nor a function's variable looks like a secret.

    A value that is not known yet was made by another resource, not typed into the program: its name decides.
    """
    if resource.type == PARAMETER:
        if resource.text("type") == "SecureString":
            raise NotApplicable("it is a SecureString")
        secret = looks_secret(resource.text("name"), resource.props.get("value"))
        return ["a String parameter holds what looks like a secret"] if secret else []
    variables = resource.get("environment.variables")
    named = variables.items() if isinstance(variables, Mapping) else ()
    return [f"variable {name} holds what looks like a secret" for name, value in named if looks_secret(name, value)]


RULE = Rule(
    id="SEC-01",
    name="no-plain-secrets",
    title="Parameters and function environments hold no secrets in plain text",
    why="Whoever may read settings then reads the secret, and so does every log of them.",
    fix="Use Secrets Manager or a SecureString, and pass its ARN.",
    severity=Severity.CRITICAL,
    types=(PARAMETER, "aws:lambda/function:Function"),
    check=check,
)
