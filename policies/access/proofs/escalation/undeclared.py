"""What runs with roles of the stacks and is declared in none of them."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.names import STAGES, ProjectNames
from catalog.roles import RoleKind
from policies.access.graph import IamRole, PolicyGraph, Runner
from policies.access.graph.purposes import resources_with_purpose
from policies.documents.project_scope import PINNED_IMAGE


def run_by_others(graph: PolicyGraph) -> Iterator[Runner]:
    """The pipelines in SageMaker and the jobs that builds begin, and the stack sets that deploy pipelines make."""
    for role in graph.sorted_roles():
        scope = graph.scopes.get(role.stack)
        if scope is None or not role.project:
            continue
        project = ProjectNames(graph.prefix, role.project)
        if role.kind is RoleKind.PIPELINE:
            arn = scope.arn("sagemaker", f"pipeline/{project.pipeline()}")
            yield _runner(role, "training pipeline", arn, project.pipeline())
        if role.kind in (RoleKind.PROCESSING, RoleKind.TRAINING):
            yield from _jobs(graph, role)
        if role.kind is RoleKind.STACK_SET_ADMINISTRATION:
            for name in map(project.stack_set, STAGES):
                yield _runner(role, "stack set", scope.arn("cloudformation", f"stackset/{name}"), name)


def _jobs(graph: PolicyGraph, role: IamRole) -> Iterator[Runner]:
    """A project's jobs: they run the scripts below its code, in the image that one object names."""
    for bucket in resources_with_purpose(graph, "bucket", "artifacts"):
        if bucket.account == role.account:
            code = f"{bucket.arn}/{role.project}/code/"
            yield _runner(role, "job", code, f"jobs of {role.name}", f"{bucket.arn}/{PINNED_IMAGE}", code)


def _runner(
    role: IamRole, kind: str, arn: str, name: str, source: str | None = None, artifacts: str | None = None
) -> Runner:
    return Runner(
        kind=kind,
        arn=arn,
        account=role.account,
        name=name,
        role_arn=role.arn,
        stack=role.stack,
        urn=f"{role.urn}#{name}",
        source=source,
        artifacts=artifacts,
    )
