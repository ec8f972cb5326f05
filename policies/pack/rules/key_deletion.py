"""KMS-03: a key that is to be deleted waits as long as it can."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource

# KMS API, ScheduleKeyDeletion: 7 to 30 days, 30 if none is said.
LONGEST = 30


def check(key: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The waiting period is KMS's longest."""
    days = key.get("deletionWindowInDays")
    if days is None or days == LONGEST:
        return []
    return [f"deletionWindowInDays is {days}, allowed is {LONGEST}"]


RULE = Rule(
    id="KMS-03",
    name="kms-deletion-window",
    title="Keys wait 30 days for their deletion",
    why="Everything under a deleted key is lost for ever, and the wait is the only time in which somebody can notice.",
    fix="Set deletionWindowInDays to 30 or leave it out.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP KMS.3",
        "NIST 800-53 SC-12",
    ),
    sources=(SECURITY_HUB.format("kms"),),
    types=("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"),
    check=check,
)
