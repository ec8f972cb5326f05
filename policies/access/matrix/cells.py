"""The matrix: every subject, every capability, from inside and outside; equal rows of one label are merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph
from policies.access.matrix.capabilities import Capability, Origin
from policies.access.matrix.columns import capabilities
from policies.access.matrix.subjects import MatrixSubject, SubjectKind, subjects

Allows = Callable[[AuthorizationRequest], bool]
INSIDE, OUTSIDE = Origin(inside=True), Origin(inside=False)


class Cell(Enum):
    """From where somebody can do something; the value is what the document shows."""

    NO = "-"
    INSIDE = "VPC"
    OUTSIDE = "outside"
    ANYWHERE = "yes"
    NONE = ""


@dataclass(frozen=True, kw_only=True)
class MatrixRow:
    """Subjects of one label whose cells are all equal. `accounts` are their accounts, by name.

    `of_project`: they belong to a project each.
    """

    kind: SubjectKind
    label: str
    of_project: bool
    accounts: tuple[str, ...]
    principals: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Columns and rows, in the order in which they are shown."""

    capabilities: tuple[Capability, ...]
    rows: tuple[MatrixRow, ...]

    def cell(self, row: MatrixRow, section: str, column: str) -> Cell:
        """One cell. Raises KeyError where there is no such column."""
        for capability, cell in zip(self.capabilities, row.cells, strict=True):
            if (capability.section, capability.column) == (section, column):
                return cell
        raise KeyError(f"{section}: {column}")


def matrix(graph: PolicyGraph, allows: Allows) -> Matrix:
    """Every cell, decided by `allows`."""
    columns = capabilities(graph)
    merged: dict[tuple[str, tuple[Cell, ...]], list[MatrixSubject]] = {}
    for subject in subjects(graph):
        cells = tuple(cell_of(graph, subject, capability, allows) for capability in columns)
        merged.setdefault((subject.label, cells), []).append(subject)
    rows = [_row(cells, members) for (_, cells), members in merged.items()]
    return Matrix(capabilities=tuple(columns), rows=tuple(rows))


def _row(cells: tuple[Cell, ...], members: Sequence[MatrixSubject]) -> MatrixRow:
    return MatrixRow(
        kind=members[0].kind,
        label=members[0].label,
        of_project=members[0].project is not None,
        accounts=tuple(sorted({member.account_name for member in members})),
        principals=tuple(member.principal for member in members),
        cells=cells,
    )


def cell_of(graph: PolicyGraph, subject: MatrixSubject, capability: Capability, allows: Allows) -> Cell:
    """From where a subject can do something, decided by `allows`."""
    outside = capability.query(graph, subject, OUTSIDE)
    if outside is None:
        return Cell.NONE
    inside = capability.query(graph, subject, INSIDE)
    from_outside = all(allows(request) for request in outside)
    from_inside = from_outside if inside == outside else all(allows(request) for request in inside or ())
    if from_inside:
        return Cell.ANYWHERE if from_outside else Cell.INSIDE
    return Cell.OUTSIDE if from_outside else Cell.NO
