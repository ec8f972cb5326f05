"""SM-03: nobody is root on a notebook instance."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(notebook: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Root access is off; it is on by default."""
    access = notebook.text("rootAccess") or "Enabled"
    return [] if access == "Disabled" else [f"rootAccess is {access}, allowed is Disabled"]


RULE = Rule(
    id="SM-03",
    name="sagemaker-notebook-no-root",
    title="Notebook instances give no root access",
    why="Root can turn off what the lifecycle configuration put there to watch and to stop the instance.",
    fix="Set rootAccess to Disabled.",
    severity=Severity.HIGH,
    frameworks=(
        "FSBP SageMaker.3",
        "NIST 800-53 AC-6(10)",
    ),
    sources=(SECURITY_HUB.format("sagemaker"),),
    types=("aws:sagemaker/notebookInstance:NotebookInstance",),
    check=check,
)
