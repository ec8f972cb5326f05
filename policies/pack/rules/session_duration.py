"""IAM-08: sessions are short."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource

# Half a working day. IAM allows 3,600 to 43,200 seconds, 3,600 if none is said (IAM API, CreateRole).
LONGEST = 14_400


def check(role: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """A session of the role lasts at most four hours."""
    seconds = role.get("maxSessionDuration")
    if not isinstance(seconds, int | float) or seconds <= LONGEST:
        return []
    return [f"maxSessionDuration is {seconds:.0f} seconds, allowed are at most {LONGEST}"]


RULE = Rule(
    id="IAM-08",
    name="iam-session-duration",
    title="Sessions of roles last at most four hours",
    why="Stolen session credentials work until they expire; nothing else ends them at once.",
    fix="Set maxSessionDuration to 14400 or less.",
    severity=Severity.LOW,
    types=("aws:iam/role:Role",),
    check=check,
)
