"""What runs with which role: a role that is another's, of another kind or of another stack is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.roles import RoleKind
from policies.access.graph import PolicyGraph
from policies.access.graph.declared import PROFILE
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.running import running


def runs_with(graph: PolicyGraph, kind: str, role_arn: str) -> list[str]:
    """What is found where the first runner of a kind has this role."""
    runner = next(one for one in graph.runners.values() if one.kind == kind)
    changed = {**graph.runners, runner.urn: replace(runner, role_arn=role_arn)}
    return [finding.title for finding in running(replace(graph, runners=changed)).findings]


def test_everything_runs_with_its_own_role(graph: PolicyGraph) -> None:
    outcome = running(graph)
    assert not outcome.findings
    assert outcome.queries == len(graph.runners)


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("build", RoleKind.DEPLOY_PIPELINE),
        ("domain", RoleKind.TRAINING),
        ("function", RoleKind.BUILD),
        ("pipeline", RoleKind.BUILD),
        ("profile", RoleKind.STUDIO_DEFAULT),
        ("profile", RoleKind.TRAINING),
    ],
)
def test_a_role_that_is_not_meant_for_it_is_found(graph: PolicyGraph, kind: str, role: RoleKind) -> None:
    assert runs_with(graph, kind, roles_of_kind(graph, role)[0].arn)


def test_anothers_profile_role_is_found(graph: PolicyGraph) -> None:
    one = next(runner for runner in graph.runners.values() if runner.kind == "profile")
    other = next(role for role in roles_of_kind(graph, RoleKind.SCIENTIST) if role.arn != one.role_arn)
    assert runs_with(graph, "profile", other.arn)


def test_a_domains_shared_spaces_have_a_role_of_their_own(graph: PolicyGraph) -> None:
    assert [runner.kind for urn, runner in graph.runners.items() if urn.endswith("#spaces")] == ["domain"]


@pytest.mark.parametrize("member", ["customImages", "lifecycleConfigArns"])
def test_an_image_or_a_script_of_ones_own_is_found(graph: PolicyGraph, member: str) -> None:
    profile = graph.declared_of(PROFILE)[0]
    settings = {"userSettings": {"jupyterLabAppSettings": {member: ["theirs"]}}}
    changed = tuple(replace(one, props=settings) if one is profile else one for one in graph.declared)
    assert [finding.title for finding in running(replace(graph, declared=changed)).findings] == [
        f"{profile.urn} brings {member} of its own into Studio"
    ]
