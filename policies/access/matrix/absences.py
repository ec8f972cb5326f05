"""What must not stand in the matrix. Each expectation says who may, and so that nobody else does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from policies.access.matrix.cells import Cell, Matrix, Row

NOWHERE = frozenset({Cell.NO, Cell.NONE})
ONLY_INSIDE = NOWHERE | {Cell.INSIDE}


@dataclass(frozen=True, kw_only=True)
class Absence:
    """In columns that match `section` and `column`, every row but those that match `but` shows one of `allowed`.

    `rows` narrows the rows; all three are regular expressions on the whole text.
    """

    id: str
    says: str
    section: str
    column: str
    rows: str = ".*"
    but: str = r"(?!)"
    allowed: frozenset[Cell] = NOWHERE


_JOBS = r".*-<project>-(processing|training|pipeline)"
# Whoever administers an account without being part of the platform: IAM cannot bind them from inside the account.
_ADMINISTRATORS = r"any administrator of the account"
_OUTSIDERS = r"an administrator of a foreign account|nobody in particular"

ABSENCES: tuple[Absence, ...] = (
    Absence(
        id="objects-from-outside",
        says="Data and models are not touched from outside the VPC endpoints, by nobody.",
        section=r"Bucket (data|models), .*",
        column=".*",
        allowed=ONLY_INSIDE,
    ),
    Absence(
        id="models-readers",
        says="Models are read by their project's jobs and the model roles of workload accounts, by nobody else.",
        section=r"Bucket models, .*",
        column=r"read.*",
        but=rf"{_JOBS}|.*-<project>-model",
    ),
    Absence(
        id="models-writers",
        says="Models are written by their project's jobs alone.",
        section=r"Bucket models, .*",
        column=r"write.*",
        but=_JOBS,
    ),
    Absence(
        id="models-deletion",
        says="No role of the platform deletes a model.",
        section=r"Bucket models, .*",
        column=r"delete.*",
        but=_ADMINISTRATORS,
    ),
    Absence(
        id="other-projects",
        says="A project's roles have no access to another project's objects, models or endpoints.",
        section=r"Bucket .*|Registry|Endpoints.*|Delivery",
        column=r".*: other (project|code)",
        rows=r".*<project>.*",
    ),
    Absence(
        id="approval",
        says="Models are approved, and let into production, by approvers alone.",
        section=r"Registry|Delivery",
        column=r"(approve|register as approved|let into production).*",
        but=rf".*-approver|{_ADMINISTRATORS}",
    ),
    Absence(
        id="scientists-deliver-nothing",
        says="A scientist neither registers, approves nor deploys, and changes no pipeline.",
        section=r"Registry|Delivery|Endpoints.*|Rights",
        column=r"(?!see).*",
        rows=r".*(scientist|<user>).*",
    ),
    Absence(
        id="stack-sets",
        says="StackSets are run by the projects' deploy pipelines and release cleaners.",
        section="Delivery",
        column=r"run a StackSet: .*",
        but=rf".*-<project>-(deploy-pipeline|release-cleaner)|{_ADMINISTRATORS}",
    ),
    Absence(
        id="administration-role",
        says="No role acts as a StackSet administration role; CloudFormation alone does.",
        section="Delivery",
        column=r"act as the administration role: .*",
    ),
    Absence(
        id="execution-roles",
        says="Workload accounts are entered by the projects' StackSet administration roles alone.",
        section="Delivery",
        column=r"act as the execution role in .*",
        but=r".*-<project>-stackset-administration",
    ),
    Absence(
        id="endpoints-made",
        says="Endpoints are made and changed by the projects' execution roles, which CloudFormation acts with.",
        section=r"Endpoints.*",
        column=r"(make|change):.*",
        but=rf".*-stackset-execution|{_ADMINISTRATORS}",
    ),
    Absence(
        id="roles-without-boundary",
        says="No role of the platform makes a role without the boundary, widens itself or removes a boundary.",
        section="Rights",
        column=r"make a role without boundary|widen itself|remove its boundary|change the (boundary|deployer)",
        but=_ADMINISTRATORS,
    ),
    Absence(
        id="roles-made",
        says="Roles are made by the deployer alone.",
        section="Rights",
        column=r"make a role with the boundary|trust itself elsewhere",
        but=rf".*-deployer|{_ADMINISTRATORS}",
    ),
    Absence(
        id="keys-from-outside",
        says="No key is used directly, without a service in between, from outside the VPC endpoints.",
        section=r"Key (data|models|capture), .*",
        column=r"(decrypt|encrypt) directly",
        allowed=ONLY_INSIDE,
    ),
    Absence(
        id="strangers",
        says="Foreign accounts and anonymous callers can do nothing.",
        section=".*",
        column=".*",
        rows=_OUTSIDERS,
    ),
)


@dataclass(frozen=True)
class Presence:
    """A cell that should have been empty."""

    absence: Absence
    row: Row
    section: str
    column: str
    cell: Cell

    def __str__(self) -> str:
        who = f"{self.row.label} ({', '.join(self.row.places)})"
        return f"{self.absence.id}: {who} can '{self.column}' in {self.section}: {self.cell.value}"


def presences(matrix: Matrix) -> list[Presence]:
    """Everything that should be absent and is not, key administration combined with use included."""
    found = [each for absence in ABSENCES for each in _against(matrix, absence)]
    return [*found, *_administers_and_uses(matrix)]


def _against(matrix: Matrix, absence: Absence) -> Iterable[Presence]:
    columns = [
        (place, deed)
        for place, deed in enumerate(matrix.deeds)
        if re.fullmatch(absence.section, deed.section) and re.fullmatch(absence.column, deed.column)
    ]
    for row in matrix.rows:
        if not re.fullmatch(absence.rows, row.label) or re.fullmatch(absence.but, row.label):
            continue
        for place, deed in columns:
            if row.cells[place] not in absence.allowed:
                yield Presence(absence, row, deed.section, deed.column, row.cells[place])


SEPARATION = Absence(
    id="administration-and-use",
    says="Nobody who can change a key's policy can use the key.",
    section=r"Key .*",
    column=r"(decrypt|encrypt) directly|grant",
)


def _administers_and_uses(matrix: Matrix) -> Iterable[Presence]:
    for row in matrix.rows:
        able: dict[str, set[str]] = {}
        for deed, cell in zip(matrix.deeds, row.cells, strict=True):
            if deed.section.startswith("Key ") and cell not in NOWHERE:
                able.setdefault(deed.section, set()).add(deed.column)
        for section, columns in able.items():
            used = sorted(column for column in columns if re.fullmatch(SEPARATION.column, column))
            if used and "change policy" in columns:
                yield Presence(SEPARATION, row, section, used[0], matrix.cell(row, section, used[0]))
