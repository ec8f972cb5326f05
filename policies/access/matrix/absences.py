"""What must not stand in the matrix. Each absence says who may, and so that nobody else does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.roles import MODEL_BUILDERS, RoleKind, kinds
from policies.access.matrix.capabilities import OTHER, Area, Capability
from policies.access.matrix.cells import Cell, Matrix, MatrixRow
from policies.access.matrix.subjects import Outsider, SubjectKind

NOWHERE = frozenset({Cell.NO, Cell.NONE})
ONLY_INSIDE = NOWHERE | {Cell.INSIDE}


@dataclass(frozen=True, kw_only=True)
class Absence:
    """In the columns that it concerns, every row but those of the kinds `but` shows one of the `allowed` cells.

    Columns: of one of the `areas`, `purposes`, `verbs` and `targets`, where those are given, and of none of the
    `other_than` verbs. Rows: of one of the `kinds` where those are given; with `of_project` those of projects alone.
    """

    id: str
    statement: str
    areas: frozenset[Area] = frozenset()
    purposes: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    other_than: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    kinds: frozenset[SubjectKind] = frozenset()
    of_project: bool = False
    but: frozenset[SubjectKind] = frozenset()
    allowed: frozenset[Cell] = NOWHERE

    def concerns(self, capability: Capability) -> bool:
        """Whether it speaks of a column."""
        return (
            (not self.areas or capability.area in self.areas)
            and (not self.purposes or capability.purpose in self.purposes)
            and (not self.verbs or capability.verb in self.verbs)
            and (not self.targets or capability.target in self.targets)
            and capability.verb not in self.other_than
        )

    def limits(self, row: MatrixRow) -> bool:
        """Whether it speaks of a row."""
        chosen = (not self.kinds or row.kind in self.kinds) and (row.of_project or not self.of_project)
        return chosen and row.kind not in self.but


def _kinds(*members: SubjectKind) -> frozenset[SubjectKind]:
    return frozenset(members)


# Whoever administers an account without a role of the platform: IAM cannot limit them from inside the account.
_ADMINISTRATORS = _kinds(Outsider.ACCOUNT_ADMINISTRATOR)
_BUILDERS = _kinds(*MODEL_BUILDERS)
# What empties an account when its stack is destroyed has the right to delete only where the settings agree to it
# (policies/documents/cleaners.py); then it is all that the buckets' policies let through from outside.
_CLEANERS = kinds(lambda spec: spec.clears_accounts)

ABSENCES: tuple[Absence, ...] = (
    Absence(
        id="objects-from-outside",
        statement="Data and models are not touched from outside the VPC endpoints, by nobody.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"data", "models"}),
        allowed=ONLY_INSIDE,
        but=_CLEANERS | _kinds(RoleKind.MODEL),
    ),
    # Where settings let a project serve without servers, SageMaker fetches its models from outside any VPC; the theorem
    # objects-through-endpoints prints for which roles.
    Absence(
        id="model-roles-only-read-outside",
        statement="Model roles do nothing to data and models from outside the VPC endpoints but read.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"data", "models"}),
        other_than=frozenset({"read", "read old"}),
        kinds=_kinds(RoleKind.MODEL),
        allowed=ONLY_INSIDE,
    ),
    Absence(
        id="cleaners-only-delete",
        statement="What empties the account when it is destroyed neither reads nor writes data and models.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"data", "models"}),
        other_than=frozenset({"delete", "delete old"}),
        kinds=_CLEANERS,
    ),
    Absence(
        id="models-readers",
        statement="Models are read by their project's jobs and the model roles of workload accounts, by nobody else.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"models"}),
        verbs=frozenset({"read", "read old"}),
        targets=frozenset({"own project", OTHER}),
        but=_BUILDERS | _kinds(RoleKind.MODEL),
    ),
    Absence(
        id="checks-readers",
        statement="What endpoints are checked with is read by who reads models and by their project's checkers alone.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"models"}),
        verbs=frozenset({"read", "read old"}),
        targets=frozenset({"own checks"}),
        but=_BUILDERS | _kinds(RoleKind.API_HOOKS, RoleKind.ENDPOINT_CHECKER, RoleKind.MODEL),
    ),
    Absence(
        id="models-writers",
        statement="Models are written by their project's jobs alone.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"models"}),
        verbs=frozenset({"write"}),
        but=_BUILDERS,
    ),
    Absence(
        id="models-deletion",
        statement="No role of the platform deletes a model, but what empties the account where the settings agree.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"models"}),
        verbs=frozenset({"delete", "delete old"}),
        but=_ADMINISTRATORS | _CLEANERS,
    ),
    Absence(
        id="image-named",
        statement="Which model image jobs run is written by the image's build alone.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"artifacts"}),
        verbs=frozenset({"write"}),
        targets=frozenset({"which image is used"}),
        but=_ADMINISTRATORS | _kinds(RoleKind.IMAGE_BUILD),
    ),
    Absence(
        id="images-pushed",
        statement="Model images are pushed by the image's build alone.",
        areas=frozenset({Area.RIGHTS}),
        verbs=frozenset({"push a model image"}),
        but=_ADMINISTRATORS | _kinds(RoleKind.IMAGE_BUILD),
    ),
    Absence(
        id="other-projects",
        statement="A project's roles have no access to another project's objects, models or endpoints.",
        areas=frozenset({Area.BUCKET, Area.REGISTRY, Area.ENDPOINTS, Area.DELIVERY}),
        targets=frozenset({OTHER, "other code", "other records"}),
        of_project=True,
    ),
    Absence(
        id="approval",
        statement="Models are approved, and let into production, by approvers alone; into production also by the "
        "function of approvers' links.",
        areas=frozenset({Area.REGISTRY, Area.DELIVERY}),
        verbs=frozenset({"approve", "register as approved", "let into production"}),
        but=_ADMINISTRATORS | kinds(lambda spec: spec.approves) | _kinds(RoleKind.APPROVAL_PAGE),
    ),
    Absence(
        id="deployments-started",
        statement="Deploy pipelines are started by their projects' pipeline starters alone, which an approval calls.",
        areas=frozenset({Area.DELIVERY}),
        verbs=frozenset({"start deploy"}),
        but=_ADMINISTRATORS | _kinds(RoleKind.PIPELINE_STARTER),
    ),
    Absence(
        id="rollbacks-started",
        statement="Rollback pipelines are started by approvers, administrators and the projects' pipeline starters.",
        areas=frozenset({Area.DELIVERY}),
        verbs=frozenset({"start rollback"}),
        but=_ADMINISTRATORS
        | kinds(lambda spec: spec.approves)
        | _kinds(RoleKind.ADMINISTRATOR, RoleKind.PIPELINE_STARTER),
    ),
    Absence(
        id="models-rejected",
        statement="Models are rejected by approvers and the projects' release recorders.",
        areas=frozenset({Area.REGISTRY}),
        verbs=frozenset({"reject"}),
        but=_ADMINISTRATORS | kinds(lambda spec: spec.approves) | _kinds(RoleKind.RELEASE_RECORDER),
    ),
    Absence(
        id="models-changed",
        statement="Without a decision models are changed by the projects' release recorders alone.",
        areas=frozenset({Area.REGISTRY}),
        verbs=frozenset({"change"}),
        but=_ADMINISTRATORS | _kinds(RoleKind.RELEASE_RECORDER),
    ),
    Absence(
        id="records-written",
        statement="What was released is written down by the projects' release recorders alone.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"artifacts"}),
        verbs=frozenset({"write"}),
        targets=frozenset({"own records", "other records"}),
        but=_ADMINISTRATORS | _kinds(RoleKind.RELEASE_RECORDER),
    ),
    Absence(
        id="deliveries-kept",
        statement="What a way back delivers was kept by the rendering of its release, and by nobody else.",
        areas=frozenset({Area.BUCKET}),
        purposes=frozenset({"artifacts"}),
        verbs=frozenset({"write"}),
        targets=frozenset({"what own releases deliver"}),
        but=_ADMINISTRATORS | _kinds(RoleKind.DEPLOY),
    ),
    Absence(
        id="scientists-deliver-nothing",
        statement="A scientist neither registers, approves nor deploys, and changes no pipeline.",
        areas=frozenset({Area.REGISTRY, Area.DELIVERY, Area.ENDPOINTS, Area.RIGHTS}),
        other_than=frozenset({"see"}),
        kinds=_kinds(RoleKind.SCIENTIST),
    ),
    Absence(
        id="stack-sets",
        statement="StackSets are run by the projects' deploy pipelines and release cleaners.",
        areas=frozenset({Area.DELIVERY}),
        verbs=frozenset({"run a StackSet"}),
        but=_ADMINISTRATORS | kinds(lambda spec: spec.passes_stack_set_administration),
    ),
    Absence(
        id="administration-role",
        statement="No role acts as a StackSet administration role; CloudFormation alone does.",
        areas=frozenset({Area.DELIVERY}),
        verbs=frozenset({"act as the administration role"}),
    ),
    Absence(
        id="execution-roles",
        statement="Workload accounts are entered by the projects' StackSet administration roles alone.",
        areas=frozenset({Area.DELIVERY}),
        verbs=frozenset({"act as the execution role"}),
        but=_kinds(RoleKind.STACK_SET_ADMINISTRATION),
    ),
    Absence(
        id="endpoints-made",
        statement="Endpoints are made and changed by the projects' execution roles, which CloudFormation acts with.",
        areas=frozenset({Area.ENDPOINTS}),
        verbs=frozenset({"make", "change"}),
        but=_ADMINISTRATORS | _kinds(RoleKind.STACK_SET_EXECUTION),
    ),
    Absence(
        id="roles-without-boundary",
        statement="No role of the platform makes a role without the boundary, widens itself or removes a boundary.",
        areas=frozenset({Area.RIGHTS}),
        verbs=frozenset(
            {
                "make a role without boundary",
                "widen itself",
                "remove its boundary",
                "change the boundary",
                "change the deployer",
            }
        ),
        but=_ADMINISTRATORS,
    ),
    Absence(
        id="roles-made",
        statement="Roles are made by the deployer alone.",
        areas=frozenset({Area.RIGHTS}),
        verbs=frozenset({"make a role with the boundary", "trust itself elsewhere"}),
        but=_ADMINISTRATORS | kinds(lambda spec: spec.declares_stacks),
    ),
    Absence(
        id="keys-from-outside",
        statement="No key is used directly, without a service in between, from outside the VPC endpoints.",
        areas=frozenset({Area.KEY}),
        purposes=frozenset({"data", "models", "capture"}),
        verbs=frozenset({"decrypt directly", "encrypt directly"}),
        allowed=ONLY_INSIDE,
    ),
    Absence(
        id="chats-command-nothing",
        statement="The role of a chat that alarms go to can do nothing.",
        kinds=_kinds(RoleKind.CHAT, RoleKind.FOUNDATION_CHAT),
    ),
    Absence(
        id="strangers",
        statement="Foreign accounts and anonymous callers can do nothing.",
        kinds=_kinds(Outsider.FOREIGN_ADMINISTRATOR, Outsider.ANONYMOUS),
    ),
)
# Speaks of two columns of a key together, so that no single cell breaks it.
SEPARATION = Absence(
    id="administration-and-use",
    statement="Nobody who can change a key's policy can use the key.",
    areas=frozenset({Area.KEY}),
    verbs=frozenset({"decrypt directly", "encrypt directly", "grant"}),
)
_KEY_ADMINISTRATION = "change policy"


@dataclass(frozen=True)
class Presence:
    """A cell that should have been empty."""

    absence: Absence
    row: MatrixRow
    section: str
    column: str
    cell: Cell

    def __str__(self) -> str:
        who = f"{self.row.label} ({', '.join(self.row.accounts)})"
        return f"{self.absence.id}: {who} can '{self.column}' in {self.section}: {self.cell.value}"


def presences(matrix: Matrix) -> list[Presence]:
    """Everything that should be absent and is not, key administration combined with use included."""
    return [*(found for absence in ABSENCES for found in _against(matrix, absence)), *_administers_and_uses(matrix)]


def _against(matrix: Matrix, absence: Absence) -> Iterable[Presence]:
    columns = [
        (index, capability) for index, capability in enumerate(matrix.capabilities) if absence.concerns(capability)
    ]
    for row in matrix.rows:
        for index, capability in columns if absence.limits(row) else ():
            if row.cells[index] not in absence.allowed:
                yield Presence(absence, row, capability.section, capability.column, row.cells[index])


def _administers_and_uses(matrix: Matrix) -> Iterable[Presence]:
    for row in matrix.rows:
        able: dict[str, dict[str, Cell]] = {}
        for capability, cell in zip(matrix.capabilities, row.cells, strict=True):
            if capability.area is Area.KEY and cell not in NOWHERE:
                able.setdefault(capability.section, {})[capability.verb] = cell
        for section, cells in able.items():
            used = sorted(SEPARATION.verbs & cells.keys())
            if used and _KEY_ADMINISTRATION in cells:
                yield Presence(SEPARATION, row, section, used[0], cells[used[0]])
