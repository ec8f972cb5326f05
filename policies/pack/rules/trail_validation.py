"""CT-03: a trail's files can be proven."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(trail: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Log file validation is on; it is off by default."""
    return [] if trail.get("enableLogFileValidation") is True else ["log files are not validated"]


RULE = Rule(
    id="CT-03",
    name="cloudtrail-validation",
    title="Trails validate their log files",
    why="Without digests nobody can show that the log was not edited afterwards.",
    fix="Set enableLogFileValidation.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP CloudTrail.4",
        "CIS AWS 1.4.0 3.2",
        "NIST 800-53 SI-7(7)",
    ),
    sources=(SECURITY_HUB.format("cloudtrail"),),
    types=("aws:cloudtrail/trail:Trail",),
    check=check,
)
