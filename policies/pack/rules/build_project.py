"""CB-01: a build that runs what a repository says runs in the VPC, without privileges; every build with a key."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.reviewed_specifications import REVIEWED, ReviewedSpecification


def check(project: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """VPC and no privileged mode, unless somebody reviewed exactly what runs; a customer managed key in any case."""
    found = []
    if not project.present("encryptionKey"):
        found.append("the build's artifacts are not encrypted with a customer managed key")
    outside, privileged = not project.present("vpcConfig"), project.get("environment.privilegedMode") is True
    if not outside and not privileged:
        return found
    reviewed = _reviewed(project)
    if outside and reviewed is None:
        found.append("the build runs outside the VPC, and nobody reviewed what it runs of its source")
    if privileged and not (outside and reviewed is not None and reviewed.privileged):
        found.append("the build runs in privileged mode")
    return found


def _reviewed(project: StackResource) -> ReviewedSpecification | None:
    """The reviewed specification that the project runs on the source that it was reviewed for, if it is one."""
    text = project.text("source.buildspec")
    reviewed = REVIEWED.get(hashlib.sha256(text.encode()).hexdigest())
    if reviewed is None or project.text("source.type") != reviewed.source_type:
        return None
    # Further sources come with further folders, of which nobody spoke.
    if project.present("secondarySources"):
        return None
    if reviewed.location_end and not project.text("source.location").endswith(reviewed.location_end):
        return None
    return reviewed


RULE = Rule(
    id="CB-01",
    name="codebuild-vpc-unprivileged",
    title="Builds of repositories run in the VPC, unprivileged; all are encrypted",
    why="A build runs what a repository says: it needs the network's limits and no power over its host.",
    fix="Set vpcConfig and encryptionKey, leave privilegedMode off; or have the build specification's exact text "
    "reviewed, and listed in policies/pack/reviewed_specifications.py.",
    severity=Severity.HIGH,
    types=("aws:codebuild/project:Project",),
    check=check,
)
