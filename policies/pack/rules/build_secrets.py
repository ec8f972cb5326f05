"""CB-03: no secret is in the environment of a build."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.secrets import looks_secret

VARIABLES = "environment.environmentVariables"


def check(project: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Variables that are kept in plain text do not look like secrets."""
    return [
        f"variable {name} is in plain text"
        for variable in project.item_paths(VARIABLES)
        if (project.text(f"{variable}.type") or "PLAINTEXT") == "PLAINTEXT"
        and looks_secret(name := project.text(f"{variable}.name"), project.get(f"{variable}.value"))
    ]


RULE = Rule(
    id="CB-03",
    name="codebuild-no-plain-secrets",
    title="Builds' environments hold no secrets in plain text",
    why="Whoever may look at the project reads them, and so does every buildspec.",
    fix="Use type SECRETS_MANAGER or PARAMETER_STORE.",
    severity=Severity.CRITICAL,
    frameworks=(
        "FSBP CodeBuild.2",
        "NIST 800-53 IA-5(7)",
    ),
    sources=(SECURITY_HUB.format("codebuild"),),
    types=("aws:codebuild/project:Project",),
    check=check,
)
