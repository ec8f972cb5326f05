"""JourneyActors and trusts of the example platform as it was built, asked of the policies that it was built with."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from policies.access.evaluator import decide
from policies.access.graph import PolicyGraph, read_graph
from policies.documents.trust import SILENT, UNCERTAIN
from rehearsal.engine import resources_json
from rehearsal.journey.actors import JourneyActors
from tests.stacks.conftest import Platform

BASE = "arn:aws:iam::111111111111:role"
SCIENTISTS = {"alice": "screening", "bob": "diabetes"}
PATHS = re.compile(r"/mlops/(people|projects/[a-z0-9-]+|platform|delivery|foundation)/|/")


@pytest.fixture(scope="module")
def graph(standing: Platform) -> PolicyGraph:
    """What was built, with its policies."""
    file = standing.directory / "resources.json"
    file.write_text(json.dumps(resources_json(standing.world.engine)))
    return read_graph(file)


def scientist(name: str) -> str:
    return f"{BASE}/mlops/people/mlops-dev-studio-{name}"


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", sorted(SCIENTISTS))
@pytest.mark.parametrize("project", sorted(SCIENTISTS.values()))
@pytest.mark.parametrize("action", ["sts:AssumeRole", "sts:SetSourceIdentity"])
def test_scientists_publish_to_their_own_projects_under_their_own_names(
    graph: PolicyGraph, name: str, project: str, action: str
) -> None:
    publish = f"{BASE}/mlops/projects/{project}/mlops-{project}-publish"
    endpoint = graph.endpoint("111111111111", "sts")
    assert endpoint is not None

    def allowed(identity: dict[str, str]) -> bool:
        query = graph.authorization_request(scientist(name), action, publish, endpoint=endpoint.id, context=identity)
        return decide(query).allowed

    assert allowed({"aws:SourceIdentity": name}) is (SCIENTISTS[name] == project)
    assert not allowed({"aws:SourceIdentity": "mallory"})
    assert not allowed({})


def test_whoever_publishes_in_the_rehearsal_is_recorded_by_name(standing: Platform) -> None:
    outputs = standing.world.engine.stacks["dev"].outputs
    before = len(standing.recorder.requests)
    publish = f"{BASE}/mlops/projects/screening/mlops-screening-publish"
    publisher = JourneyActors(standing.world.cloud, outputs, "screening", publish).publisher()
    standing.world.cloud.client(publisher, "s3").list_objects_v2(Bucket=outputs["dataBucket"], Prefix="screening/")
    recorded = [line for line in standing.recorder.since(before) if line.role.startswith("arn:")]
    assert [line.operation for line in recorded] == ["AssumeRole", "ListObjectsV2"]
    for line in recorded:
        assert line.rights
        assert {right.context.get("aws:SourceIdentity") for right in line.rights} == {"alice"}
    assert {right.action for right in recorded[0].rights or ()} == {"sts:AssumeRole", "sts:SetSourceIdentity"}


def test_every_profile_has_a_role_of_its_own_and_the_domain_one_that_does_nothing(standing: Platform) -> None:
    profiles = standing.resources("dev", "aws:sagemaker/userProfile:UserProfile").values()
    roles = {one.inputs["userProfileName"]: one.inputs["userSettings"]["executionRole"] for one in profiles}
    assert roles == {name: scientist(name) for name in SCIENTISTS}
    (domain,) = standing.resources("dev", "aws:sagemaker/domain:Domain").values()
    assert domain.inputs["defaultUserSettings"]["executionRole"] == f"{BASE}/mlops/people/mlops-dev-studio"
    assert domain.inputs["domainSettings"]["executionRoleIdentityConfig"] == "USER_PROFILE_NAME"


def test_every_trust_says_which_account_or_which_roles(graph: PolicyGraph) -> None:
    for role in graph.roles.values():
        for statement in role.trust["Statement"]:
            conditions = statement.get("Condition", {})
            keys = {key for each in conditions.values() for key in each}
            services = set(listed(statement["Principal"].get("Service", [])))
            if services:
                assert "aws:SourceAccount" in keys or services <= SILENT, role.arn
                held = "StringEqualsIfExists" if services <= UNCERTAIN else "StringEquals"
                assert conditions.get(held, {}).get("aws:SourceAccount") in (role.account, None), role.arn
            else:
                assert all(one.endswith(":root") for one in listed(statement["Principal"]["AWS"])), role.arn
                named = conditions["ArnEquals"]["aws:PrincipalArn"]
                assert not any("*" in one for one in listed(named)), role.arn


def test_services_act_for_resources_that_are_there(graph: PolicyGraph, standing: Platform) -> None:
    """A name in a trust that nothing has would lock the service out, and nobody would notice before it runs."""
    arns = [str(r.outputs.get("arn")) for s in standing.world.engine.stacks.values() for r in s.resources.values()]
    found = 0
    for role in graph.roles.values():
        for statement in role.trust["Statement"]:
            sources = listed(statement.get("Condition", {}).get("ArnLike", {}).get("aws:SourceArn", []))
            for source in (one for one in sources if one.split(":")[2] in ("codebuild", "codepipeline", "events")):
                assert source in arns, role.arn
                found += 1
    # Two projects with six builds each, the image's and that of APIs' functions; of pipelines no page says that they
    # name themselves.
    assert found == 14


def test_roles_live_below_the_path_of_whoever_they_belong_to(graph: PolicyGraph) -> None:
    for role in graph.roles.values():
        path = role.arn.split(":role", 1)[1].removesuffix(role.name)
        assert PATHS.fullmatch(path), role.arn
        assert path != "/" or role.name.endswith("-stackset-execution"), role.arn


def test_nobody_of_the_platform_is_an_approver_and_the_approver_is_who_the_settings_name(graph: PolicyGraph) -> None:
    approver = f"{BASE}/mlops/people/mlops-dev-approver"
    for role in graph.roles.values():
        assert not decide(graph.authorization_request(role.arn, "sts:AssumeRole", approver)).allowed, role.arn
    (statement,) = graph.roles[approver].trust["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": f"{BASE}/sign-in-approver"}}
