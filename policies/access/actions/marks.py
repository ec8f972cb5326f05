"""What an action may be marked as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from catalog.roles import RoleKind


class Mark(StrEnum):
    """What keeps an action from doing harm.

    - `bounded`: theorems limit it, or kinds of roles that alone may have it.
    - `denied`: no role has it but those that declare stacks.
    - `harmless`: whoever has it changes nothing and learns no secret.
    - `followed`: an escalation step leads from whoever has it to what it makes act; kinds of roles that no row names do
      not have it, unless they declare stacks.
    """

    BOUNDED = "bounded"
    DENIED = "denied"
    HARMLESS = "harmless"
    FOLLOWED = "followed"


@dataclass(frozen=True, kw_only=True)
class MarkedAction:
    """A mark with its grounds: a reason, ids of theorems, or the kinds of roles that alone may have the action."""

    mark: Mark
    reason: str = ""
    theorems: tuple[str, ...] = ()
    held_by: frozenset[RoleKind] = frozenset()


@dataclass(frozen=True, kw_only=True)
class MarkRow:
    """Actions of one service, by name or pattern and in lower case, and what they are marked as."""

    actions: tuple[str, ...]
    marked: MarkedAction


@dataclass(frozen=True, kw_only=True)
class ServiceMarks:
    """One service: `rows` are the exceptions. Of all others, what reads is harmless where `reads`; the rest denied."""

    rows: Sequence[MarkRow] = ()
    reads: bool = True


def bounded(theorems: Sequence[str], *actions: str) -> MarkRow:
    """Actions that theorems limit."""
    return MarkRow(actions=_lower(actions), marked=MarkedAction(mark=Mark.BOUNDED, theorems=tuple(theorems)))


def held(kinds: Sequence[RoleKind], *actions: str) -> MarkRow:
    """Actions that only these kinds of roles may have, besides those that declare stacks."""
    return MarkRow(actions=_lower(actions), marked=MarkedAction(mark=Mark.BOUNDED, held_by=frozenset(kinds)))


def harmless(reason: str, *actions: str) -> MarkRow:
    """Actions that do no harm, and why."""
    return MarkRow(actions=_lower(actions), marked=MarkedAction(mark=Mark.HARMLESS, reason=reason))


def denied(*actions: str) -> MarkRow:
    """Actions that no role has but those that declare stacks, though they read."""
    return MarkRow(actions=_lower(actions), marked=MarkedAction(mark=Mark.DENIED))


def _lower(actions: Sequence[str]) -> tuple[str, ...]:
    return tuple(action.lower() for action in actions)
