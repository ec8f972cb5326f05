"""The mark of each action: a step follows it, a row of the table speaks of it, or its access level decides."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from policies.access.actions.levels import READING, levels
from policies.access.actions.marks import Mark, MarkedAction, MarkRow
from policies.access.actions.table import SERVICES
from policies.access.proofs.escalation.facts import followed

_DENIED = MarkedAction(mark=Mark.DENIED)
_READS = MarkedAction(mark=Mark.HARMLESS, reason="shows how things are set up, no object, no secret and no credential")


@cache
def mark_of(action: str) -> MarkedAction | None:
    """The mark of one action, in lower case; None where nobody has looked at it."""
    service, _, name = action.partition(":")
    level, marks = levels().get(service, {}).get(name), SERVICES.get(service)
    if level is None or marks is None:
        return None
    row = next(rows_of(service, name), None)
    if action in followed():
        return MarkedAction(mark=Mark.FOLLOWED, held_by=row.marked.held_by if row else frozenset())
    if row:
        return row.marked
    return _READS if marks.reads and level in READING else _DENIED


def rows_of(service: str, name: str) -> Iterator[MarkRow]:
    """Rows of the table that speak of an action: one by its own name before those by a pattern."""
    rows = SERVICES[service].rows
    named = [row for row in rows if name in row.actions]
    yield from named or [row for row in rows if any(fnmatchcase(name, pattern) for pattern in row.actions)]
