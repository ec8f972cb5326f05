"""The rights that a request needs, read off the tables."""

from __future__ import annotations

from rehearsal.authorization.need import Asked, Need, Right
from rehearsal.authorization.tables import TABLES


def rights_of(asked: Asked) -> tuple[Right, ...] | None:
    """What the caller must be allowed, without repetitions; None where no table has the operation."""
    row = TABLES.get(asked.service, {}).get(asked.operation)
    if row is None:
        return None
    found: list[Right] = []
    for need in row:
        for right in need.rights(asked) if isinstance(need, Need) else need(asked):
            if right not in found:
                found.append(right)
    return tuple(found)
