"""Which duties one person, or one role that people sign in with, may not have at once, and why.

A duty is a kind of role of the platform that people or CI assume (`RoleSpec.signs_in`), or work as (a scientist's).
Pairs that are not here may be one role: an administrator of an account has the rights of its deployer anyway, and in a
small team may be both; several kinds of the same duty, such as the deployers of three accounts, are one duty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.roles import RoleKind


@dataclass(frozen=True, kw_only=True)
class SeparationOfDuties:
    """Two kinds of roles that nobody may assume both of. `reason` says what would be lost, as the end of a sentence."""

    kinds: tuple[RoleKind, RoleKind]
    reason: str


_K = RoleKind
# The platform's approvers, and a project's own, have the same duty: somebody may be both.
_APPROVERS = (_K.APPROVER, _K.TEAM_APPROVER)
SEPARATIONS: tuple[SeparationOfDuties, ...] = (
    *(
        SeparationOfDuties(kinds=(approver, kind), reason=reason)
        for approver in _APPROVERS
        for kind, reason in (
            (_K.DEPLOYER, "whoever changes pipelines would also let models into production"),
            (_K.SCIENTIST, "whoever trains a model would also approve it"),
            (
                _K.TEAM_ADMINISTRATOR,
                "whoever starts a team's pipelines would also let its models into production",
            ),
            (_K.ADMINISTRATOR, "whoever can change every rule would also be the person whom the rules ask"),
        )
    ),
    SeparationOfDuties(
        kinds=(_K.DEPLOYER, _K.SCIENTIST),
        reason="a scientist's code would change the platform that holds it",
    ),
    SeparationOfDuties(
        kinds=(_K.DEPLOYER, _K.TEAM_ADMINISTRATOR),
        reason="a team would change the platform that holds it",
    ),
    SeparationOfDuties(
        kinds=(_K.ADMINISTRATOR, _K.SCIENTIST),
        reason="a scientist's code would have every right in the account",
    ),
    SeparationOfDuties(
        kinds=(_K.ADMINISTRATOR, _K.TEAM_ADMINISTRATOR),
        reason="a team would have every right in the account",
    ),
    *(
        SeparationOfDuties(
            kinds=(_K.PREVIEWER, kind),
            reason="a pull request's program, which nobody has read, would have the other's rights",
        )
        for kind in (
            *(_K.ADMINISTRATOR, *_APPROVERS, _K.AUDITOR),
            *(_K.DEPLOYER, _K.SCIENTIST, _K.TEAM_ADMINISTRATOR),
        )
    ),
    *(
        SeparationOfDuties(
            kinds=(_K.AUDITOR, kind),
            reason="whoever reads the evidence would be among those whom it is about",
        )
        for kind in (_K.ADMINISTRATOR, *_APPROVERS, _K.DEPLOYER, _K.SCIENTIST, _K.TEAM_ADMINISTRATOR)
    ),
)


def separations(kind: RoleKind) -> Iterator[tuple[RoleKind, str]]:
    """The duties that a duty is kept apart from, each with its reason."""
    for each in SEPARATIONS:
        if kind in each.kinds:
            first, second = each.kinds
            yield (second if kind is first else first), each.reason
