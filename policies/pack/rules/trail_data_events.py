"""CT-04: a trail records what is done to objects."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource

OBJECTS = "AWS::S3::Object"


def check(trail: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Some selector records reads and writes of S3 objects."""
    basic = any(_basic(trail, selector) for selector in trail.item_paths("eventSelectors"))
    advanced = any(_advanced(trail, selector) for selector in trail.item_paths("advancedEventSelectors"))
    return [] if basic or advanced else ["reads and writes of S3 objects are not recorded"]


def _basic(trail: StackResource, selector: str) -> bool:
    kinds = [trail.text(f"{data}.type") for data in trail.item_paths(f"{selector}.dataResources")]
    return OBJECTS in kinds and (trail.text(f"{selector}.readWriteType") or "All") == "All"


def _advanced(trail: StackResource, selector: str) -> bool:
    fields = {
        trail.text(f"{selector_path}.field"): selector_path
        for selector_path in trail.item_paths(f"{selector}.fieldSelectors")
    }
    kind = fields.get("resources.type")
    return kind is not None and OBJECTS in trail.values(f"{kind}.equals") and "readOnly" not in fields


RULE = Rule(
    id="CT-04",
    name="cloudtrail-data-events",
    title="Trails record reads and writes of S3 objects",
    why="Management events do not show who read the data or replaced a model.",
    fix="Add an event selector for AWS::S3::Object with readWriteType All.",
    severity=Severity.MEDIUM,
    frameworks=(
        "Security Hub S3.22",
        "Security Hub S3.23",
        "CIS AWS 5.0.0 3.8",
    ),
    sources=(SECURITY_HUB.format("s3"),),
    types=("aws:cloudtrail/trail:Trail",),
    check=check,
)
