"""The table: one row for each Pulumi type, a file for each service or two."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from rehearsal.engine.state import Resource
from rehearsal.engine.table.row import Row

INVOCATION = "aws:lambda/invocation:Invocation"
_FILES = (
    "network",
    "security",
    "storage",
    "keys",
    "identity",
    "events",
    "messages",
    "registry",
    "studio",
    "delivery",
    "functions",
    "detection",
    "organization",
)


@cache
def rows() -> dict[str, Row]:
    """Every row, by Pulumi type."""
    found: dict[str, Row] = {}
    for name in _FILES:
        for row in import_module(f"{__name__}.{name}").ROWS:
            found[row.type] = row
    return found


def row_of(resource: Resource) -> Row:
    """The row of a resource's type; KeyError where the table has none (the engine asks beforehand)."""
    return rows()[resource.type]


def name_property(type_: str) -> str | None:
    """The property that holds a type's physical name, "" where it has none; None for a type that nobody serves."""
    if type_ == INVOCATION:
        return ""
    return rows()[type_].name if type_ in rows() else None
