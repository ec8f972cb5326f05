"""StackSet roles that are shared between projects, as they once were, are found by the proofs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policies.access.graph import PolicyGraph, Role
from policies.access.graph.purposes import role_kind
from policies.access.proofs.delivery import stack_sets
from policies.access.proofs.escalation.reach import no_escalation

DELIVERING = ("deploy-pipeline", "stackset-administration", "stackset-execution", "model")


def delivering(graph: PolicyGraph) -> PolicyGraph:
    """The roles that deliver, alone: whatever is found is found on the way from pipelines to models."""
    roles = {arn: role for arn, role in graph.roles.items() if role_kind(role) in DELIVERING}
    return replace(graph, roles=roles, policy_resources={}, runners={}, endpoints={})


def of(graph: PolicyGraph, kind: str, project: str) -> Role:
    """The first of a project's roles of a kind."""
    found = (r for r in graph.roles.values() if role_kind(r) == kind and r.tags["project"] == project)
    return min(found, key=lambda role: role.arn)


def given(graph: PolicyGraph, role: Role, *actions: str, on: str) -> PolicyGraph:
    """The graph with a statement more in one role's policy."""
    policy = role.inline[0]
    more: dict[str, Any] = {"Sid": "More", "Effect": "Allow", "Action": list(actions), "Resource": on}
    planted = replace(role, inline=({**policy, "Statement": [*policy["Statement"], more]},))
    return replace(graph, roles={**graph.roles, role.arn: planted})


def test_a_projects_delivery_ends_at_its_own_models(graph: PolicyGraph) -> None:
    assert no_escalation(delivering(graph)).findings == []
    pairs = [
        (of(graph, "deploy-pipeline", project), of(graph, "stackset-administration", project))
        for project in ("diabetes", "screening")
    ]
    assert stack_sets(delivering(graph)).named == [f"{role.arn} passes {target.name}" for role, target in pairs]


def test_a_pipeline_that_passes_another_projects_administration_role_is_found(graph: PolicyGraph) -> None:
    pipeline = of(graph, "deploy-pipeline", "screening")
    other = of(graph, "stackset-administration", "diabetes")
    spoilt = given(delivering(graph), pipeline, "iam:PassRole", on=other.arn)
    (found,) = stack_sets(spoilt).findings
    assert found.says == f"{pipeline.name} passes {other.name}"
    says = [finding.says for finding in no_escalation(spoilt).findings]
    assert f"{pipeline.arn} comes to {of(graph, 'model', 'diabetes').arn}" in says


def test_an_execution_role_that_hands_over_every_model_role_is_found(graph: PolicyGraph) -> None:
    execution, model = of(graph, "stackset-execution", "screening"), of(graph, "model", "diabetes")
    assert execution.account == model.account
    everything = f"arn:aws:iam::{execution.account}:role/mlops/projects/*"
    spoilt = given(delivering(graph), execution, "iam:PassRole", on=everything)
    says = [finding.says for finding in no_escalation(spoilt).findings]
    assert f"{execution.arn} comes to {model.arn}" in says
    assert f"{of(graph, 'deploy-pipeline', 'screening').arn} comes to {model.arn}" in says
