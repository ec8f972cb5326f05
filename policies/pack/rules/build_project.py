"""CB-01: a build that runs what a repository says runs in the VPC, without privileges; every build with a key."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource


def check(project: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """VPC and no privileged mode, unless the project itself says what runs; a customer managed key in any case."""
    found = []
    if not project.present("encryptionKey"):
        found.append("the build's artifacts are not encrypted with a customer managed key")
    # A specification of several lines is the project's own; otherwise it is the name of a file of the source.
    own_specification = "\n" in str(project.get("source.buildspec") or "")
    if not project.present("vpcConfig") and not own_specification:
        found.append("the build runs outside the VPC, and its source says what runs")
    if project.get("environment.privilegedMode") is True and not (
        own_specification and not project.present("vpcConfig")
    ):
        found.append("the build runs in privileged mode")
    return found


RULE = Rule(
    id="CB-01",
    name="codebuild-vpc-unprivileged",
    title="Builds of repositories run in the VPC, unprivileged; all are encrypted",
    why="A build runs what a repository says: it needs the network's limits and no power over its host.",
    fix="Set vpcConfig and encryptionKey, leave privilegedMode off; or write the build specification into the project.",
    severity=Severity.HIGH,
    types=("aws:codebuild/project:Project",),
    check=check,
)
