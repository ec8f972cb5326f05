"""Which rights come and which go: cells of the access matrix, trust policies, theorems. Pure, but for reading a side.

The matrix asks what `docs/access/access-matrix.md` has columns for, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from policies.access import queries
from policies.access.defects import defects
from policies.access.evaluator import allows
from policies.access.graph import BadExport, read_graph
from policies.access.matrix.absences import presences
from policies.access.matrix.capabilities import OTHER
from policies.access.matrix.cells import Cell, matrix
from policies.access.matrix.subjects import Outsider, subjects
from rehearsal.compare.drawn_ids import DrawnIds

# From where a cell allows something.
_FROM: Mapping[Cell, frozenset[str]] = {
    Cell.NO: frozenset(),
    Cell.NONE: frozenset(),
    Cell.INSIDE: frozenset({"inside"}),
    Cell.OUTSIDE: frozenset({"outside"}),
    Cell.ANYWHERE: frozenset({"inside", "outside"}),
}


@dataclass(frozen=True, kw_only=True, order=True)
class Caller:
    """Somebody who may do something. `principal` is an ARN."""

    principal: str
    called: str
    account: str


@dataclass(frozen=True, kw_only=True)
class TheoremState:
    """A theorem of one side: what it says, its verdict, what was found against it, whom it names."""

    statement: str
    verdict: str
    findings: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What one side's policies allow. `cells` by principal, section and column; `trusted` by principal.

    `by_project`, by the same, has each project's cell where they are not all equal. `projects` are those that there
    are: which of them the matrix takes for another one depends on them.
    """

    callers: Mapping[str, Caller]
    cells: Mapping[tuple[str, str, str], Cell]
    by_project: Mapping[tuple[str, str, str], Mapping[str, Cell]] = field(default_factory=dict)
    trusted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    theorems: Mapping[str, TheoremState] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """A right that is not as it was.

    `otherwise_asked`: another project may be meant than before, since projects came or went.
    """

    caller: Caller
    section: str
    column: str
    before: Cell
    after: Cell
    otherwise_asked: bool = False

    @property
    def widens(self) -> bool:
        """Whether something is allowed from where it was not."""
        return bool(_FROM[self.after] - _FROM[self.before])


@dataclass(frozen=True, kw_only=True)
class TrustChange:
    """Who may assume a role, and could not, or no longer."""

    caller: Caller
    come: tuple[str, ...]
    go: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TheoremChange:
    """A theorem that is not as it was; None where a side has none of that id."""

    id: str
    before: TheoremState | None
    after: TheoremState | None

    @property
    def statement(self) -> str:
        """What it states, now or before."""
        state = self.after or self.before
        return state.statement if state else ""


@dataclass(frozen=True, kw_only=True)
class RightsChange:
    """Everything that is not as it was. `absences_broken` and `absences_mended` are sentences."""

    wider: Sequence[CellChange]
    narrower: Sequence[CellChange]
    trust: Sequence[TrustChange]
    theorems: Sequence[TheoremChange]
    absences_broken: Sequence[str]
    absences_mended: Sequence[str]
    callers_come: frozenset[str]
    callers_gone: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether nobody may do more or less than before, and every theorem stands as it did."""
        lists = (self.wider, self.narrower, self.trust, self.theorems, self.absences_broken, self.absences_mended)
        return not any(lists) and not self.callers_come and not self.callers_gone


def read_rights(path: Path, ids: DrawnIds) -> Rights:
    """The rights of a rehearsal's resources; `ids` are those that AWS drew in it. Raises BadExport."""
    # z3 takes seconds to load.
    from policies.access.proofs.all import proving

    graph = read_graph(path)
    if problems := defects(graph):
        raise BadExport(f"{path}: {problems[0]}")
    listed = subjects(graph)
    with proving(graph) as wait_for_proofs:
        table = matrix(graph, allows)
        proofs = wait_for_proofs()
    return Rights(
        callers={
            each.principal: Caller(
                principal=each.principal, called=_called(each.principal, each.kind), account=each.account_name
            )
            for each in listed
        },
        cells={
            (principal, capability.section, capability.column): cell
            for row in table.rows
            for principal in row.principals
            for capability, cell in zip(table.capabilities, row.cells, strict=True)
            if _FROM[cell]
        },
        by_project={
            (principal, capability.section, capability.column): dict(cells)
            for row in table.rows
            for principal in row.principals
            for capability, cells in zip(table.capabilities, row.by_project, strict=True)
            if cells
        },
        trusted={each.principal: frozenset(queries.signs_in(graph, each)) for each in listed},
        theorems={
            proof.theorem.id: TheoremState(
                statement=proof.theorem.statement,
                verdict=proof.verdict,
                findings=tuple(sorted(ids.masked(finding.title) for finding in proof.outcome.findings)),
                named=tuple(sorted(map(ids.masked, proof.outcome.named))),
            )
            for proof in proofs
        },
        present=frozenset(map(str, presences(table))),
        projects=frozenset(graph.projects),
    )


def _called(principal: str, kind: object) -> str:
    return kind.value if isinstance(kind, Outsider) else principal.rpartition("/")[2]


def compare_rights(before: Rights, after: Rights) -> RightsChange:
    """What two sides' policies allow differently, by caller, section and column."""
    callers = {**before.callers, **after.callers}
    others = before.projects != after.projects
    cells = [
        CellChange(
            caller=callers[principal],
            section=section,
            column=f"{column}, {project}" if project else column,
            before=old,
            after=new,
            otherwise_asked=others and not project and OTHER in column and principal in before.callers,
        )
        for principal, section, column in sorted({*before.cells, *after.cells})
        for project, old, new in _each_project(before, after, (principal, section, column))
        if _FROM[old] != _FROM[new]
    ]
    return RightsChange(
        wider=[each for each in cells if each.widens],
        narrower=[each for each in cells if not each.widens],
        trust=list(_trust(before, after, callers)),
        theorems=[
            TheoremChange(id=id_, before=old, after=new)
            for id_ in sorted({*before.theorems, *after.theorems})
            for old, new in [(before.theorems.get(id_), after.theorems.get(id_))]
            if old != new
        ],
        absences_broken=sorted(after.present - before.present),
        absences_mended=sorted(before.present - after.present),
        callers_come=frozenset({*after.callers} - {*before.callers}),
        callers_gone=frozenset({*before.callers} - {*after.callers}),
    )


def _each_project(before: Rights, after: Rights, key: tuple[str, str, str]) -> Iterable[tuple[str, Cell, Cell]]:
    """A cell before and after; of each project by its id, where one side does not answer the same for all."""
    sides = [(side.cells.get(key, Cell.NO), side.by_project.get(key, {})) for side in (before, after)]
    for project in sorted({project for _, cells in sides for project in cells}) or [""]:
        old, new = (cells.get(project, cell) for cell, cells in sides)
        yield project, old, new


def _trust(before: Rights, after: Rights, callers: Mapping[str, Caller]) -> Iterable[TrustChange]:
    for principal in sorted({*before.trusted, *after.trusted}):
        old, new = before.trusted.get(principal, frozenset()), after.trusted.get(principal, frozenset())
        if old != new:
            yield TrustChange(caller=callers[principal], come=tuple(sorted(new - old)), go=tuple(sorted(old - new)))
