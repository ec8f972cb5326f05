"""CP-01: what pipelines carry is encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import Rule, Severity, StackResource


def check(pipeline: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Every artifact store has a customer managed key."""
    return [
        f"{store} has no customer managed key"
        for store in pipeline.item_paths("artifactStores")
        if not has_customer_managed_key(pipeline, f"{store}.encryptionKey.id")
    ]


RULE = Rule(
    id="CP-01",
    name="codepipeline-artifact-key",
    title="Pipelines' artifacts are encrypted with a customer managed key",
    why="Artifacts hold the source and what is rolled out; another account reads them only with a key of our own.",
    fix="Set encryptionKey in each artifact store.",
    severity=Severity.MEDIUM,
    types=("aws:codepipeline/pipeline:Pipeline",),
    check=check,
)
