"""SM-02: a notebook instance stays in the VPC."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(notebook: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """In a subnet of the platform, without SageMaker's own way to the internet, which is on by default."""
    found = [] if notebook.present("subnetId") else ["the notebook instance is outside the VPC"]
    access = notebook.text("directInternetAccess") or "Enabled"
    return found + ([] if access == "Disabled" else [f"directInternetAccess is {access}, allowed is Disabled"])


RULE = Rule(
    id="SM-02",
    name="sagemaker-notebook-in-vpc",
    title="Notebook instances are in the VPC, without direct internet access",
    why="A notebook with its own way out carries data past every endpoint policy.",
    fix="Set subnetId and securityGroups, and directInternetAccess to Disabled.",
    severity=Severity.HIGH,
    frameworks=(
        "FSBP SageMaker.1",
        "FSBP SageMaker.2",
        "NIST 800-53 SC-7",
    ),
    sources=(SECURITY_HUB.format("sagemaker"),),
    types=("aws:sagemaker/notebookInstance:NotebookInstance",),
    check=check,
)
