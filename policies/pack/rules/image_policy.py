"""ECR-03: other accounts pull at most."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.resource_policies import statements

WRITES = (
    "ecr:BatchDeleteImage",
    "ecr:CompleteLayerUpload",
    "ecr:DeleteRepository",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:SetRepositoryPolicy",
    "ecr:UploadLayerPart",
)


def check(policy: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """No Allow covers a push, a deletion or the policy itself: the account's own builds have identity policies."""
    return [
        f"{statement.label} gives {', '.join(writes)}"
        for statement in statements(policy)
        if statement.allows and (writes := [action for action in WRITES if statement.covers(action)])
    ]


RULE = Rule(
    id="ECR-03",
    name="ecr-pull-only",
    title="Repository policies give pulls at most",
    why="Whoever pushes an image decides what serves in production.",
    fix="Give ecr:BatchCheckLayerAvailability, ecr:BatchGetImage and ecr:GetDownloadUrlForLayer alone.",
    severity=Severity.HIGH,
    types=("aws:ecr/repositoryPolicy:RepositoryPolicy",),
    check=check,
)
