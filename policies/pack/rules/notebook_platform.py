"""SM-05: a notebook instance runs on a platform that is patched, and guards its role."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource

# SageMaker.8 lists notebook-al2023-v1, which is also the API's default; botocore's model knows a v2 since.
PLATFORMS = ("notebook-al2023-v1", "notebook-al2023-v2")
VERSION = "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion"


def check(notebook: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """A supported platform, and version 2 alone of the metadata service that hands out the role's credentials."""
    platform = notebook.text("platformIdentifier") or PLATFORMS[0]
    found = [] if platform in PLATFORMS else [f"platformIdentifier is {platform}, allowed are {', '.join(PLATFORMS)}"]
    version = notebook.text(VERSION) or "1"
    return found + ([] if version == "2" else [f"minimumInstanceMetadataServiceVersion is {version}, allowed is 2"])


RULE = Rule(
    id="SM-05",
    name="sagemaker-notebook-platform",
    title="Notebook instances run on a supported platform with IMDSv2",
    why="An unpatched platform, or a metadata service without a session, gives the role to whatever a "
    "notebook fetches.",
    fix="Leave platformIdentifier out, and set minimumInstanceMetadataServiceVersion to 2.",
    severity=Severity.MEDIUM,
    frameworks=("FSBP SageMaker.8",),
    sources=(SECURITY_HUB.format("sagemaker"),),
    types=("aws:sagemaker/notebookInstance:NotebookInstance",),
    check=check,
)
