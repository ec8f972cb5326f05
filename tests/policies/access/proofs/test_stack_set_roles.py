"""StackSet roles that are shared between projects, as they once were, are found by the proofs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from catalog.roles import RoleKind
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.delivery import stack_sets
from policies.access.proofs.escalation.reach import no_escalation

DELIVERING = (
    RoleKind.DEPLOY_PIPELINE,
    RoleKind.STACK_SET_ADMINISTRATION,
    RoleKind.STACK_SET_EXECUTION,
    RoleKind.MODEL,
)


def delivering(graph: PolicyGraph) -> PolicyGraph:
    """The roles that deliver, alone: whatever is found is found on the way from pipelines to models."""
    roles = {arn: role for arn, role in graph.roles.items() if role.kind in DELIVERING}
    return replace(graph, roles=roles, policy_resources={}, runners={}, endpoints={})


def project_role(graph: PolicyGraph, kind: RoleKind, project: str) -> IamRole:
    """The first of a project's roles of a kind."""
    return next(role for role in roles_of_kind(graph, kind) if role.project == project)


def with_actions(graph: PolicyGraph, role: IamRole, *actions: str, on: str) -> PolicyGraph:
    """The graph with a statement more in one role's policy."""
    policy = role.inline[0]
    more: dict[str, Any] = {"Sid": "More", "Effect": "Allow", "Action": list(actions), "Resource": on}
    changed = replace(role, inline=({**policy, "Statement": [*policy["Statement"], more]},))
    return replace(graph, roles={**graph.roles, role.arn: changed})


def test_a_projects_delivery_ends_at_its_own_models(graph: PolicyGraph) -> None:
    assert no_escalation(delivering(graph)).findings == []
    pairs = [
        (
            project_role(graph, RoleKind.DEPLOY_PIPELINE, project),
            project_role(graph, RoleKind.STACK_SET_ADMINISTRATION, project),
        )
        for project in ("diabetes", "screening")
    ]
    assert stack_sets(delivering(graph)).named == [f"{role.arn} passes {target.name}" for role, target in pairs]


def test_a_pipeline_that_passes_another_projects_administration_role_is_found(graph: PolicyGraph) -> None:
    pipeline = project_role(graph, RoleKind.DEPLOY_PIPELINE, "screening")
    other = project_role(graph, RoleKind.STACK_SET_ADMINISTRATION, "diabetes")
    changed = with_actions(delivering(graph), pipeline, "iam:PassRole", on=other.arn)
    (found,) = stack_sets(changed).findings
    assert found.title == f"{pipeline.name} passes {other.name}"
    titles = [finding.title for finding in no_escalation(changed).findings]
    assert f"{pipeline.arn} comes to {project_role(graph, RoleKind.MODEL, 'diabetes').arn}" in titles


def test_an_execution_role_that_hands_over_every_model_role_is_found(graph: PolicyGraph) -> None:
    execution, model = (
        project_role(graph, RoleKind.STACK_SET_EXECUTION, "screening"),
        project_role(graph, RoleKind.MODEL, "diabetes"),
    )
    assert execution.account == model.account
    everything = f"arn:aws:iam::{execution.account}:role/mlops/projects/*"
    changed = with_actions(delivering(graph), execution, "iam:PassRole", on=everything)
    titles = [finding.title for finding in no_escalation(changed).findings]
    assert f"{execution.arn} comes to {model.arn}" in titles
    assert f"{project_role(graph, RoleKind.DEPLOY_PIPELINE, 'screening').arn} comes to {model.arn}" in titles
