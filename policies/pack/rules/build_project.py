"""CB-01: a build runs in the VPC, without privileges, with a key."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource


def check(project: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """VPC, no privileged mode, a customer managed key for what the build writes."""
    found = []
    if not project.present("encryptionKey"):
        found.append("the build's artifacts are not encrypted with a customer managed key")
    if not project.present("vpcConfig"):
        found.append("the build runs outside the VPC")
    if project.get("environment.privilegedMode") is True:
        found.append("the build runs in privileged mode")
    return found


RULE = Rule(
    id="CB-01",
    name="codebuild-vpc-unprivileged",
    title="Builds run in the VPC, unprivileged and encrypted",
    why="A build runs what a repository says: it needs the network's limits and no power over its host.",
    fix="Set vpcConfig and encryptionKey, leave privilegedMode off.",
    severity=Severity.HIGH,
    types=("aws:codebuild/project:Project",),
    check=check,
)
