"""SM-04: a notebook instance's volume has a key."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.encryption import has_customer_managed_key
from policies.pack.model import Rule, Severity, StackResource


def check(notebook: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The volume is encrypted with a key of the platform's own."""
    named = has_customer_managed_key(notebook, "kmsKeyId")
    return [] if named else ["the volume is not encrypted with a customer managed key"]


RULE = Rule(
    id="SM-04",
    name="sagemaker-notebook-key",
    title="Notebook instances are encrypted with a customer managed key",
    why="The volume holds copies of the data that was worked on.",
    fix="Set kmsKeyId.",
    severity=Severity.MEDIUM,
    types=("aws:sagemaker/notebookInstance:NotebookInstance",),
    check=check,
)
