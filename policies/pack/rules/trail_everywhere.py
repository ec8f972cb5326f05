"""CT-01: a trail records in all regions."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(trail: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The trail is on, in all regions, with the events of global services."""
    found = [] if trail.get("isMultiRegionTrail") is True else ["the trail records one region"]
    found += ["the trail is off"] if trail.get("enableLogging") is False else []
    return found + (
        ["events of global services are left out"] if trail.get("includeGlobalServiceEvents") is False else []
    )


RULE = Rule(
    id="CT-01",
    name="cloudtrail-all-regions",
    title="Trails record in all regions",
    why="An attacker works where nobody looks, and IAM lives in one region only.",
    fix="Set isMultiRegionTrail; leave enableLogging and includeGlobalServiceEvents on.",
    severity=Severity.HIGH,
    frameworks=(
        "FSBP CloudTrail.1",
        "CIS AWS 1.4.0 3.1",
        "NIST 800-53 AU-2",
    ),
    sources=(SECURITY_HUB.format("cloudtrail"),),
    types=("aws:cloudtrail/trail:Trail",),
    check=check,
)
