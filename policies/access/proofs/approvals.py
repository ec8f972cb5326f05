"""What approvers read before they decide: reports of what would change, and records of what was released."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.names import ProjectNames
from catalog.roles import ROLES, RoleKind
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.access.proofs.emptiness import NO_DELIVERY
from policies.access.proofs.prefilter import may_touch
from policies.access.proofs.requests import role_request, within
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem

_CHANGES = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject")
# Kinds of roles that write them, of the project itself: rendering and its pipeline, and what writes releases down.
_WRITERS = (RoleKind.DEPLOY, RoleKind.DEPLOY_PIPELINE, RoleKind.RELEASE_RECORDER)


def approvals(graph: PolicyGraph) -> ProofOutcome:
    """Nobody but what renders and records a project's releases changes what its approvers are shown."""
    solver = Solver()
    named: set[str] = set()
    for pipeline in roles_of_kind(graph, RoleKind.DEPLOY_PIPELINE):
        if not pipeline.project:
            continue
        for bucket in resources_with_purpose(graph, "bucket", "artifacts"):
            if bucket.account != pipeline.account:
                continue
            shown = list(_shown(graph, bucket, pipeline.project))
            solver.queries += 1
            for role in graph.sorted_roles():
                if _tells(role, pipeline.project):
                    named.add(role.arn)
                elif may_touch(role, bucket, "s3:", *shown):
                    open_request = role_request(role, _CHANGES, policy_resource=bucket)
                    title = f"{role.arn} changes what approvers of {pipeline.project} are shown"
                    solver.refute(title, open_request, within(*(f"{prefix}*" for prefix in shown)))
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _shown(graph: PolicyGraph, bucket: PolicyResource, project: str) -> Iterator[str]:
    """Beginnings of the objects: records, and the folders of the pipelines that render."""
    names = ProjectNames(graph.prefix, project)
    yield f"{bucket.arn}/{project}/releases/"
    yield from (f"{bucket.arn}/{names.artifact_folder(purpose)}/" for purpose in ("deploy", "rollback"))


def _tells(role: IamRole, project: str) -> bool:
    """Whether it is for a role to write them: of the project, or what declares an account's stacks, or clears it."""
    return (
        (role.kind in _WRITERS and role.project == project)
        or ROLES[role.kind].declares_stacks
        or ROLES[role.kind].clears_accounts
    )


THEOREMS = (
    Theorem(
        id="approvers-are-told-what-is-so",
        statement="What approvers read before they decide, reports of changes and records of releases, is written by "
        "the printed roles alone.",
        prove=approvals,
        may_be_empty=NO_DELIVERY,
    ),
)
