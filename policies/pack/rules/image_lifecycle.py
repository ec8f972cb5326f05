"""ECR-02: old images go."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import attached

LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"


def check(repository: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The repository has a lifecycle policy."""
    found = attached(repository, stack, [LIFECYCLE], "repository")
    return [] if found else ["the repository has no lifecycle policy"]


RULE = Rule(
    id="ECR-02",
    name="ecr-lifecycle",
    title="Image repositories have a lifecycle policy",
    why="Images without an end are paid for, scanned and pulled by mistake.",
    fix="Add a LifecyclePolicy.",
    severity=Severity.LOW,
    frameworks=(
        "FSBP ECR.3",
        "NIST 800-53 CM-2",
    ),
    sources=(SECURITY_HUB.format("ecr"),),
    types=("aws:ecr/repository:Repository",),
    scope="stack",
    related_types=(LIFECYCLE,),
    check=check,
)
