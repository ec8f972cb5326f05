"""GD-01: threat detection is on."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(detector: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The detector is enabled; it is by default."""
    return ["the detector is off"] if detector.get("enable") is False else []


RULE = Rule(
    id="GD-01",
    name="guardduty-enabled",
    title="GuardDuty detectors are enabled",
    why="A detector that is declared and off looks like protection.",
    fix="Leave enable on.",
    severity=Severity.HIGH,
    frameworks=(
        "FSBP GuardDuty.1",
        "NIST 800-53 SI-4",
    ),
    sources=(SECURITY_HUB.format("guardduty"),),
    types=("aws:guardduty/detector:Detector",),
    check=check,
)
