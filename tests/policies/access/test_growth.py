"""Documents that speak of all workload accounts stay inside AWS's limits, however many there are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.access import growth
from policies.access.graph import PolicyGraph
from policies.access.graph.enlarged import platform_of
from policies.access.graph.purposes import purpose, role_kind
from policies.documents.accounts import MOST_LISTED
from policies.documents.statement import BadStatement

PROJECT = "screening"


def test_the_committed_sizes_are_those_of_the_policies() -> None:
    assert growth.PATH.read_text(encoding="utf-8") == growth.document()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 700), st.integers(1, 10), st.integers(1, 20), st.integers(1, 3), st.booleans())
def test_every_document_fits_with_any_number_of_accounts(
    count: int, prefix: int, project: int, deployers: int, government: bool
) -> None:
    names = {"partition": "aws-us-gov", "region": "us-gov-west-1"} if government else {}
    platform = growth.platform(count, deployers=deployers, prefix="m" * prefix, **names)
    assert [size.owner for size in growth.sizes(platform, "p" * project) if size.headroom < 0] == []


def test_nothing_grows_any_more_once_paths_stand_for_the_accounts() -> None:
    few, many = (growth.sizes(growth.platform(count), PROJECT) for count in (MOST_LISTED + 1, 600))
    assert few == many


def test_every_document_changes_form_at_the_same_count() -> None:
    listed, by_path = (growth.platform(count) for count in (MOST_LISTED, MOST_LISTED + 1))
    for name, _, render in growth.DOCUMENTS:
        assert "OrgPaths" not in render(listed, PROJECT), name
        assert "OrgPaths" in render(by_path, PROJECT), name
        assert by_path.workloads[-1].account not in render(by_path, PROJECT), name


def test_too_many_accounts_without_organization_paths_are_refused() -> None:
    from dataclasses import replace

    with pytest.raises(BadStatement, match=r"101 workload accounts: policies list at most 100; set awsOrganization"):
        replace(growth.platform(MOST_LISTED + 1), organization_paths=[]).models_bucket()


def test_too_many_accounts_with_the_home_among_them_are_refused() -> None:
    from dataclasses import replace

    platform = growth.platform(MOST_LISTED + 1)
    with pytest.raises(BadStatement, match="each has an account of its own"):
        replace(platform, home=platform.workloads[0].account).models_bucket()


def test_what_is_measured_is_what_the_stacks_render(graph: PolicyGraph) -> None:
    platform = platform_of(graph)
    built = {
        "models bucket": next(one.policy for one in graph.kind("bucket") if purpose(one) == "models"),
        "models key": next(one.policy for one in graph.kind("key") if purpose(one) == "models"),
        "model image's repository": graph.kind("repository")[0].policy,
        "a project's model package group": graph.named("group", f"-{PROJECT}").policy,
        "S3 endpoint": graph.endpoints[platform.s3_endpoint].policy,
        "interface endpoint": graph.endpoints[platform.kms_endpoint].policy,
        "a project's StackSets": next(
            role.inline[0]
            for role in graph.roles.values()
            if role_kind(role) == "stackset-administration" and role.tags["project"] == PROJECT
        ),
        "a project's endpoint tests": next(
            role.inline[0]
            for role in graph.roles.values()
            if role_kind(role) == "deploy-test" and role.tags["project"] == PROJECT
        ),
    }
    assert {name: json.loads(render(platform, PROJECT)) for name, _, render in growth.DOCUMENTS} == built
