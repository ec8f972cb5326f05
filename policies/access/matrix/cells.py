"""The matrix: every subject, every capability, from inside and outside; equal rows of one label are merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph
from policies.access.matrix.capabilities import Capability, Origin
from policies.access.matrix.columns import capabilities
from policies.access.matrix.subjects import MatrixSubject, SubjectKind, subjects

Allows = Callable[[AuthorizationRequest], bool]
INSIDE, OUTSIDE = Origin(inside=True), Origin(inside=False)


ByProject = tuple[tuple[str, "Cell"], ...]


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

    `of_project`: they belong to a project each. Where the answer is not the same for every project, the cell is from
    where it is allowed for any of them, `notes` has for which in words, and `by_project` each project's cell.
    """

    kind: SubjectKind
    label: str
    of_project: bool
    accounts: tuple[str, ...]
    principals: tuple[str, ...]
    cells: tuple[Cell, ...]
    notes: tuple[str, ...]
    by_project: tuple[ByProject, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """From where somebody can do something for any of the projects asked about; `note` says for which, if not for all.

    `by_project` has the cell of each project where they are not all equal. `asked` is the subject with a project for
    which it can, or else the last one asked about.
    """

    cell: Cell
    note: str
    by_project: ByProject
    asked: MatrixSubject


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
    merged: dict[tuple[str, tuple[tuple[Cell, ByProject], ...]], list[MatrixSubject]] = {}
    notes: dict[tuple[Cell, ByProject], str] = {}
    for subject in subjects(graph):
        given = [answer_of(graph, subject, capability, allows) for capability in columns]
        notes |= {(one.cell, one.by_project): one.note for one in given}
        key = subject.label, tuple((one.cell, one.by_project) for one in given)
        merged.setdefault(key, []).append(subject)
    rows = [_row(answers, notes, members) for (_, answers), members in merged.items()]
    return Matrix(capabilities=tuple(columns), rows=tuple(rows))


def _row(
    answers: Sequence[tuple[Cell, ByProject]],
    notes: Mapping[tuple[Cell, ByProject], str],
    members: Sequence[MatrixSubject],
) -> MatrixRow:
    return MatrixRow(
        kind=members[0].kind,
        label=members[0].label,
        of_project=members[0].project is not None,
        accounts=tuple(sorted({member.account_name for member in members})),
        principals=tuple(member.principal for member in members),
        cells=tuple(cell for cell, _ in answers),
        notes=tuple(notes[each] for each in answers),
        by_project=tuple(by_project for _, by_project in answers),
    )


def answer_of(graph: PolicyGraph, subject: MatrixSubject, capability: Capability, allows: Allows) -> Answer:
    """From where a subject can do something, and for which projects, decided by `allows`."""
    if capability.of_own_project and subject.own_projects:
        asked = [(project, replace(subject, project=project)) for project in subject.own_projects]
    elif capability.of_other_project and subject.others:
        asked = [(project, replace(subject, other=project)) for project in subject.others]
    else:
        return Answer(cell=_cell(graph, subject, capability, allows), note="", by_project=(), asked=subject)
    cells = {project: _cell(graph, one, capability, allows) for project, one in asked}
    every = [project for project in graph.projects if project not in subject.own_projects]
    if capability.of_other_project and len(set(cells.values()) - {Cell.NONE}) > 1 and len(every) > len(asked):
        # Projects that seemed alike may not be: only of all can be said which ones.
        return answer_of(graph, replace(subject, others=tuple(every)), capability, allows)
    able = [one for project, one in asked if cells[project] not in (Cell.NO, Cell.NONE)]
    widest = _widest(list(cells.values()))
    note = _note(widest, cells)
    return Answer(
        cell=widest,
        note=note,
        by_project=tuple(cells.items()) if note else (),
        asked=able[0] if able else asked[-1][1],
    )


def _widest(cells: Sequence[Cell]) -> Cell:
    """From everywhere that any of the cells allows something from."""
    distinct = set(cells)
    if Cell.ANYWHERE in distinct or distinct >= {Cell.INSIDE, Cell.OUTSIDE}:
        return Cell.ANYWHERE
    return next((cell for cell in (Cell.INSIDE, Cell.OUTSIDE, Cell.NO) if cell in distinct), Cell.NONE)


def _note(widest: Cell, cells: Mapping[str, Cell]) -> str:
    """For which projects the widest answer is right: the shorter list of those for which it is and for which not."""
    same = [project for project, cell in cells.items() if cell is widest]
    less = {project: cell for project, cell in cells.items() if cell not in (widest, Cell.NONE)}
    if not less:
        return ""
    if any(cell is not Cell.NO for cell in less.values()):
        return listed([f"{project} {cell.value}" for project, cell in less.items()])
    return f"{listed(same)} alone" if len(same) < len(less) else f"not {listed(list(less))}"


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a row, of many the first."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _cell(graph: PolicyGraph, subject: MatrixSubject, capability: Capability, allows: Allows) -> Cell:
    outside = capability.query(graph, subject, OUTSIDE)
    if outside is None:
        return Cell.NONE
    inside = capability.query(graph, subject, INSIDE)
    from_outside = all(allows(request) for request in outside)
    from_inside = from_outside if inside == outside else all(allows(request) for request in inside or ())
    if from_inside:
        return Cell.ANYWHERE if from_outside else Cell.INSIDE
    return Cell.OUTSIDE if from_outside else Cell.NO
