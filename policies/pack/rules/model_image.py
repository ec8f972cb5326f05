"""SM-07: a model names its image by digest."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource


def check(model: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Every container's image is pinned; one that comes with a model package has no image here."""
    paths = ["primaryContainer", *model.item_paths("containers")]
    return [
        f"the image of {path} is {image}, which has no digest"
        for path in paths
        if (image := model.text(f"{path}.image")) and "@sha256:" not in image
    ]


RULE = Rule(
    id="SM-07",
    name="sagemaker-model-image-digest",
    title="Models name their image by digest",
    why="With a tag, what was approved and what is served can differ.",
    fix="Write the image as <repository>@sha256:<digest>.",
    severity=Severity.MEDIUM,
    types=("aws:sagemaker/model:Model",),
    check=check,
)
