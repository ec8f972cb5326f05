"""Who writes what pipelines, builds and functions take in: repositories, artifacts, packages and images.

What an approver lets in is what these wrote before; whoever writes there decides what production runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalog.names import ProjectNames
from catalog.roles import ROLES, RoleKind
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs.granted_changes import changes, spoken_of
from policies.access.proofs.premises import without_delegation
from policies.access.proofs.requests import role_request, within
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem
from policies.documents.project_scope import MODEL_BUILD, MODEL_DEPLOY, PINNED_API_FUNCTIONS, PINNED_IMAGE

_K = RoleKind
# What the pipelines of a project hand from action to action -> the kinds of roles that do it.
_HANDING = {
    "build": (_K.BUILD, _K.BUILD_PIPELINE),
    "deploy": (_K.DEPLOY, _K.DEPLOY_PIPELINE),
    "rollback": (_K.DEPLOY, _K.DEPLOY_PIPELINE),
}


@dataclass(frozen=True, kw_only=True)
class _Input:
    """Objects below a prefix, or images, that something takes in; `kinds` of roles, of one project, write them."""

    what: str
    carrier: PolicyResource
    pattern: str
    kinds: tuple[RoleKind, ...] = ()
    project: str | None = None

    @property
    def service(self) -> str:
        """The service that keeps it."""
        return "ecr" if self.carrier.kind == "repository" else "s3"

    def meant_for(self, role: IamRole) -> bool:
        """Whether a role is one of those that write it."""
        return ROLES[role.kind].declares_stacks or (role.kind in self.kinds and role.project == self.project)


def inputs_written(graph: PolicyGraph) -> ProofOutcome:
    """No role but those that are meant to writes, replaces or removes what something takes in."""
    solver, named = Solver(), set[str]()
    for one in _inputs(graph):
        by_carrier = changes([without_delegation(one.carrier)], one.service)
        named.add(f"{one.what}: {', '.join(one.kinds) or 'those that bring stacks up'}")
        for role in graph.sorted_roles():
            solver.queries += 1
            held = changes(role.identity, one.service) | by_carrier
            documents = [*role.identity, *([one.carrier.policy] if one.carrier.policy else [])]
            if one.meant_for(role) or not held or not spoken_of(documents, one.service, [one.pattern], below=True):
                continue
            open_request = role_request(role, sorted(held), policy_resource=one.carrier)
            solver.refute(f"{role.arn} writes {one.what}", open_request, within(one.pattern))
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _inputs(graph: PolicyGraph) -> Iterator[_Input]:
    for bucket in resources_with_purpose(graph, "bucket", "artifacts"):
        yield from _of_platform(bucket)
        for project in graph.projects:
            yield from _of_project(graph, bucket, project)
    for bucket in resources_with_purpose(graph, "bucket", "code"):
        yield _Input(what="archives of functions", carrier=bucket, pattern=f"{bucket.arn}/*", kinds=(_K.IMAGE_BUILD,))
    for repository in graph.resources("repository"):
        what = f"images of {repository.name}"
        yield _Input(what=what, carrier=repository, pattern=repository.arn, kinds=(_K.IMAGE_BUILD,))


def _of_platform(bucket: PolicyResource) -> Iterator[_Input]:
    folder = PINNED_IMAGE.partition("/")[0]
    yield _Input(what="sources of images", carrier=bucket, pattern=f"{bucket.arn}/{folder}/source/*")
    for key in (PINNED_IMAGE, PINNED_API_FUNCTIONS):
        yield _Input(
            what=f"which image is used ({key})", carrier=bucket, pattern=f"{bucket.arn}/{key}", kinds=(_K.IMAGE_BUILD,)
        )


def _of_project(graph: PolicyGraph, bucket: PolicyResource, project: str) -> Iterator[_Input]:
    names = ProjectNames(graph.prefix, project)
    places = [
        (f"{project}/source/{MODEL_BUILD}.zip", (_K.PUBLISH,)),
        (f"{project}/source/{MODEL_DEPLOY}.zip", ()),
        (f"{project}/wheelhouse/*", (_K.PACKAGES,)),
        *((f"{names.artifact_folder(purpose)}/*", kinds) for purpose, kinds in _HANDING.items()),
    ]
    for place, kinds in places:
        yield _Input(what=place, carrier=bucket, pattern=f"{bucket.arn}/{place}", kinds=kinds, project=project)


THEOREMS = (
    Theorem(
        id="inputs-written",
        statement="What pipelines and builds take in is written by the printed kinds of roles of its project alone, "
        "and by those that bring stacks up.",
        prove=inputs_written,
    ),
)
