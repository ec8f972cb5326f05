"""The matrix itself: every subject, every deed, from inside and outside, decided; equal rows of a kind made one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph
from policies.access.matrix.deeds import Deed, Where, deeds
from policies.access.matrix.subjects import Subject, subjects

Allows = Callable[[AuthorizationRequest], bool]
INSIDE, OUTSIDE = Where(inside=True), Where(inside=False)


class Cell(Enum):
    """From where somebody can do something; the value is what the document shows."""

    NO = "-"
    INSIDE = "VPC"
    OUTSIDE = "outside"
    ANYWHERE = "yes"
    NONE = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """Subjects of one label whose cells are all equal. `places` are their accounts, by name."""

    label: str
    places: tuple[str, ...]
    principals: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Columns and rows, in the order in which they are shown."""

    deeds: tuple[Deed, ...]
    rows: tuple[Row, ...]

    def cell(self, row: Row, section: str, column: str) -> Cell:
        """One cell. Raises KeyError where there is no such column."""
        for deed, cell in zip(self.deeds, row.cells, strict=True):
            if (deed.section, deed.column) == (section, column):
                return cell
        raise KeyError(f"{section}: {column}")


def matrix(graph: PolicyGraph, allows: Allows) -> Matrix:
    """Every cell, decided by `allows`."""
    columns = deeds(graph)
    found: dict[tuple[str, tuple[Cell, ...]], list[Subject]] = {}
    for subject in subjects(graph):
        cells = tuple(_cell(graph, subject, deed, allows) for deed in columns)
        found.setdefault((subject.label, cells), []).append(subject)
    rows = [_row(label, cells, members) for (label, cells), members in found.items()]
    return Matrix(deeds=tuple(columns), rows=tuple(rows))


def _row(label: str, cells: tuple[Cell, ...], members: Sequence[Subject]) -> Row:
    return Row(
        label=label,
        places=tuple(sorted({member.place for member in members})),
        principals=tuple(member.principal for member in members),
        cells=cells,
    )


def _cell(graph: PolicyGraph, subject: Subject, deed: Deed, allows: Allows) -> Cell:
    outside = deed.ask(graph, subject, OUTSIDE)
    if outside is None:
        return Cell.NONE
    inside = deed.ask(graph, subject, INSIDE)
    from_outside = all(allows(question) for question in outside)
    from_inside = from_outside if inside == outside else all(allows(question) for question in inside or ())
    if from_inside:
        return Cell.ANYWHERE if from_outside else Cell.INSIDE
    return Cell.OUTSIDE if from_outside else Cell.NO
