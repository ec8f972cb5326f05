"""What the stack files say is there already is there, as its owner would have made it, before any stack comes up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.roles import RoleKind
from policies.access.graph.model import PolicyGraph
from rehearsal.aws.cloud import Cloud
from rehearsal.existing import existing_tags, make_existing
from rehearsal.existing_roles import existing_roles, make_existing_roles
from rehearsal.plan import plan
from settings.config import AnyStack
from settings.existing import ExistingVpc, WorkloadExisting
from settings.model import WorkloadSettings
from stacks.existing_roles import stack_set_execution
from tests.docs.pages import section
from tests.docs.reader import Reader
from tests.stacks.layouts import Layout

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
STAGING, REGION = "222222222222", "eu-west-1"


@pytest.fixture
def platform(tmp_path: Path) -> list[AnyStack]:
    Reader(tmp_path, lambda *_: None).follow(section("What exists already"))
    return [each.settings for each in plan(tmp_path)]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(REGION) as cloud:
        yield cloud


def client(cloud: Cloud, service: str, account: str = STAGING) -> Any:
    return cloud.client(cloud.owner(account), service)


def staging(platform: list[AnyStack]) -> tuple[WorkloadExisting, ExistingVpc]:
    found = next(each for each in platform if isinstance(each, WorkloadSettings) and each.account == STAGING)
    assert found.existing.network
    return found.existing, found.existing.network


def test_things_have_the_ids_that_the_files_name(cloud: Cloud, platform: list[AnyStack]) -> None:
    make_existing(cloud, platform)
    existing, network = staging(platform)
    ec2 = client(cloud, "ec2")
    assert ec2.describe_subnets(SubnetIds=list(network.subnets))["Subnets"][0]["VpcId"] == network.vpc
    assert ec2.describe_route_tables(RouteTableIds=list(network.route_tables))["RouteTables"]
    endpoints = ec2.describe_vpc_endpoints(VpcEndpointIds=list(existing.endpoints.values()))["VpcEndpoints"]
    assert {endpoint["VpcEndpointType"] for endpoint in endpoints} == {"Gateway", "Interface"}
    assert client(cloud, "kms").get_key_rotation_status(KeyId=existing.keys.volumes)["KeyRotationEnabled"]
    buckets = client(cloud, "s3", "111111111111").list_buckets()["Buckets"]
    assert {"acme-data-eu-west-1", "acme-models-eu-west-1"} <= {bucket["Name"] for bucket in buckets}


def test_ids_are_drawn_again_afterwards(cloud: Cloud, platform: list[AnyStack]) -> None:
    make_existing(cloud, platform)
    made = client(cloud, "ec2").create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    assert made != staging(platform)[1].vpc


def test_what_two_stacks_name_is_made_once(cloud: Cloud, platform: list[AnyStack]) -> None:
    make_existing(cloud, [*platform, *platform])
    assert len(client(cloud, "kms").list_keys()["Keys"]) == 2


def test_nobody_of_the_platform_asked_for_it(cloud: Cloud, platform: list[AnyStack]) -> None:
    make_existing(cloud, platform)
    assert list(cloud.recorder.requests) == []


def test_tags_of_networks_and_keys_are_known_by_what_names_them(platform: list[AnyStack]) -> None:
    existing, network = staging(platform)
    tags = existing_tags(platform)
    for named in (network.vpc, *network.subnets, existing.keys.capture or ""):
        assert tags[named] == {"platform": "mlops"}
    assert existing.endpoints["s3"] not in tags


EXECUTION = f"arn:aws:iam::{STAGING}:role/mlops-staging-screening-stackset-execution"


@pytest.fixture
def with_role(tmp_path: Path) -> WorkloadSettings:
    layout = Layout(tmp_path)
    layout.change("staging", existing={"roles": {"stackSetExecution": {"screening": EXECUTION}}})
    found = next(each.settings for each in plan(tmp_path) if each.stack == "staging")
    assert isinstance(found, WorkloadSettings)
    return found


def test_a_role_is_made_inside_the_boundary_and_trusts_whom_the_platform_would_let_in(
    cloud: Cloud, with_role: WorkloadSettings
) -> None:
    iam = client(cloud, "iam")
    boundary = iam.create_policy(
        PolicyName="mlops-boundary", Path="/mlops/foundation/", PolicyDocument=json.dumps(EVERYTHING)
    )["Policy"]["Arn"]
    make_existing_roles(cloud, with_role)
    make_existing_roles(cloud, with_role)
    role = iam.get_role(RoleName=EXECUTION.rpartition("/")[2])["Role"]
    assert (role["Arn"], role["PermissionsBoundary"]["PermissionsBoundaryArn"]) == (EXECUTION, boundary)
    assert role["AssumeRolePolicyDocument"] == json.loads(stack_set_execution(with_role, "screening").trust)


def test_requests_of_a_role_are_decided_by_its_own_documents(with_role: WorkloadSettings) -> None:
    graph = PolicyGraph(roles={}, policy_resources={}, endpoints={}, runners={}, stacks={})
    role = existing_roles(graph, [with_role])[EXECUTION]
    assert (role.kind, role.account, role.boundary) == (RoleKind.STACK_SET_EXECUTION, STAGING, None)
    assert role.identity[0]["Statement"][0]["Action"] == "*"


def test_the_organization_that_a_policy_is_attached_to_is_there_with_its_targets(cloud: Cloud, tmp_path: Path) -> None:
    layout = Layout(tmp_path / "organization")
    targets = ["r-ab12", "ou-ab12-11111111", STAGING, "999999999999"]
    owners = ["arn:aws:iam::111111111111:role/owner"]
    layout.change("foundation", prevention={"serviceControlPolicy": targets, "owners": owners})
    make_existing(cloud, [each.settings for each in plan(layout.directory)])
    organizations = client(cloud, "organizations", "111111111111")
    assert [root["Id"] for root in organizations.list_roots()["Roots"]] == ["r-ab12"]
    [unit] = organizations.list_organizational_units_for_parent(ParentId="r-ab12")["OrganizationalUnits"]
    assert unit["Id"] == "ou-ab12-11111111"
    members = {account["Id"] for account in organizations.list_accounts()["Accounts"]}
    assert members == {"111111111111", STAGING, "333333333333", "999999999999"}


def test_a_key_of_several_regions_is_there_under_its_id(cloud: Cloud, tmp_path: Path) -> None:
    layout = Layout(tmp_path / "keys")
    key = f"arn:aws:kms:{REGION}:{STAGING}:key/mrk-{'0' * 31}1"
    layout.change("staging", existing={"keys": {"volumes": key}})
    make_existing(cloud, [each.settings for each in plan(layout.directory)])
    assert client(cloud, "kms").describe_key(KeyId=key)["KeyMetadata"]["MultiRegion"]
