"""Permissions that resource schemas name and that cannot arise here, each with its reason: the reviewed list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.roles import RoleKind


@dataclass(frozen=True, kw_only=True)
class ReviewedPermissions:
    """Actions of some types that a kind of role need not be allowed. `service:*` stands for all of a service."""

    role: RoleKind
    types: Sequence[str]
    actions: Sequence[str]
    reason: str

    @staticmethod
    def matches(given: str, action: str) -> bool:
        """Whether an action of this list is, or stands for, the action."""
        return given == action or (given.endswith(":*") and action.startswith(given[:-1]))

    def covers(self, kind: str, type_name: str, action: str) -> bool:
        """Whether it says why this action of this type cannot arise for a role of this kind."""
        return (
            kind == self.role and type_name in self.types and any(self.matches(given, action) for given in self.actions)
        )


REVIEWED: Sequence[ReviewedPermissions] = ()
