"""CB-04: a build's source has no password in its address."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource

_USER_INFO = re.compile(r"\w+://[^/@]+@")


def check(project: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """No source's location carries a user or a token."""
    paths = ["source", *project.item_paths("secondarySources")]
    return [
        f"the location of {path} carries credentials"
        for path in paths
        if _USER_INFO.match(project.text(f"{path}.location"))
    ]


RULE = Rule(
    id="CB-04",
    name="codebuild-no-credentials-in-source",
    title="Builds' sources carry no credentials in their address",
    why="The address is shown in consoles, logs and events.",
    fix="Use a connection, and the address without user and token.",
    severity=Severity.CRITICAL,
    frameworks=(
        "FSBP CodeBuild.1",
        "NIST 800-53 SA-3",
    ),
    sources=(SECURITY_HUB.format("codebuild"),),
    types=("aws:codebuild/project:Project",),
    check=check,
)
