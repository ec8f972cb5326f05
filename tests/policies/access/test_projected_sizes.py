"""Documents that speak of all workload accounts stay inside AWS's limits, however many there are."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scaled_graph import platform_of
from catalog.roles import RoleKind
from policies.access import projected_sizes
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import resources_with_purpose, roles_of_kind
from policies.documents.accounts import MOST_LISTED
from policies.documents.statement import BadStatement

PROJECT = "screening"


def project_role(graph: PolicyGraph, kind: RoleKind) -> IamRole:
    """The project's role of a kind."""
    return next(role for role in roles_of_kind(graph, kind) if role.project == PROJECT)


def test_the_committed_sizes_are_those_of_the_policies() -> None:
    assert projected_sizes.PATH.read_text(encoding="utf-8") == projected_sizes.document()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 700), st.integers(1, 10), st.integers(1, 20), st.integers(1, 3), st.booleans())
def test_every_document_fits_with_any_number_of_accounts(
    count: int, prefix: int, project: int, deployers: int, government: bool
) -> None:
    names = {"partition": "aws-us-gov", "region": "us-gov-west-1"} if government else {}
    platform = projected_sizes.example_platform(count, deployers=deployers, prefix="m" * prefix, **names)
    assert [size.owner for size in projected_sizes.sizes(platform, "p" * project) if size.headroom < 0] == []


def test_nothing_grows_any_more_once_paths_stand_for_the_accounts() -> None:
    few, many = (
        projected_sizes.sizes(projected_sizes.example_platform(count), PROJECT) for count in (MOST_LISTED + 1, 600)
    )
    assert few == many


def test_every_document_changes_form_at_the_same_count() -> None:
    listed, by_path = (projected_sizes.example_platform(count) for count in (MOST_LISTED, MOST_LISTED + 1))
    for name, _, render in projected_sizes.DOCUMENTS:
        assert "OrgPaths" not in render(listed, PROJECT), name
        assert "OrgPaths" in render(by_path, PROJECT), name
        assert by_path.workloads[-1].account not in render(by_path, PROJECT), name


def test_too_many_accounts_without_organization_paths_are_refused() -> None:
    with pytest.raises(BadStatement, match=r"101 workload accounts: policies list at most 100; set awsOrganization"):
        replace(projected_sizes.example_platform(MOST_LISTED + 1), organization_paths=[]).models_bucket()


def test_too_many_accounts_with_the_home_among_them_are_refused() -> None:
    platform = projected_sizes.example_platform(MOST_LISTED + 1)
    with pytest.raises(BadStatement, match="each has an account of its own"):
        replace(platform, account=platform.workloads[0].account).models_bucket()


def test_what_is_measured_is_what_the_stacks_render(graph: PolicyGraph) -> None:
    platform = platform_of(graph)
    built = {
        "models bucket": resources_with_purpose(graph, "bucket", "models")[0].policy,
        "models key": resources_with_purpose(graph, "key", "models")[0].policy,
        "model image's repository": graph.named("repository", "mlops/model").policy,
        "a project's model package group": graph.named("group", f"-{PROJECT}").policy,
        "S3 endpoint": graph.endpoints[platform.s3_endpoint].policy,
        "interface endpoint": graph.endpoints[platform.kms_endpoint].policy,
        "a project's StackSets": project_role(graph, RoleKind.STACK_SET_ADMINISTRATION).inline[0],
        "a project's rendering": project_role(graph, RoleKind.DEPLOY).inline[0],
        "a project's endpoint tests": project_role(graph, RoleKind.DEPLOY_TEST).inline[0],
    }
    assert {name: json.loads(render(platform, PROJECT)) for name, _, render in projected_sizes.DOCUMENTS} == built
