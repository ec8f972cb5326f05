"""Several accounts of a stage, one of them in another region."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stacks.conftest import Platform, platform_in
from tests.stacks.layouts import ELSEWHERE, SECOND, Layout, another_region
from tests.stacks.test_platform import listed, models_policies

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


@pytest.fixture(scope="module")
def two_regions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Three production accounts, one of them in another region; tests only look at it."""
    directory = tmp_path_factory.mktemp("regions")
    another_region(Layout(directory))
    for platform in platform_in(directory):
        platform.up()
        yield platform


def test_an_account_in_another_region_stands_in_its_region_and_knows_where_models_come_from(
    two_regions: Platform,
) -> None:
    stack = two_regions.world.engine.stacks["prod-central"]
    regions = {resource.region for resource in stack.resources.values() if resource.managed}
    assert regions == {"eu-central-1"}
    services = {r.inputs["serviceName"] for r in two_regions.resources("prod-central", ENDPOINT).values()}
    assert {service.split(".")[2] for service in services} == {"eu-central-1"}
    assert two_regions.world.missing("prod-central") == []


def test_every_account_of_a_stage_is_in_the_models_policies_whatever_its_region(two_regions: Platform) -> None:
    bucket, key = models_policies(two_regions)
    roles = listed(bucket["AllowCrossAccount"]["Condition"]["ArnLike"]["aws:PrincipalArn"])
    accounts = ["222222222222", "333333333333", SECOND, ELSEWHERE]
    assert [role.split(":")[4] for role in roles] == accounts
    assert [root.split(":")[4] for root in listed(key["AllowCrossAccount"]["Principal"]["AWS"])] == accounts
    outputs = two_regions.world.engine.stacks["prod-central"].outputs
    assert outputs["s3EndpointId"] in bucket["DenyNoVPC"]["Condition"]["StringNotEquals"]["aws:SourceVpce"]
    assert outputs["kmsEndpointId"] in key["DenyNoVPC"]["Condition"]["StringNotEquals"]["aws:SourceVpce"]


def test_a_project_is_delivered_to_the_accounts_of_a_stage_that_admit_it_and_to_no_other(
    two_regions: Platform,
) -> None:
    pipeline = two_regions.resources("project-screening", "aws:codepipeline/pipeline:Pipeline")
    stages = {stage["name"]: stage for stage in pipeline["deploy-pipeline-pipeline"].inputs["stages"]}
    configuration = stages["Production"]["actions"][0]["configuration"]
    assert configuration["DeploymentTargets"] == f"333333333333,{SECOND}"
    assert configuration["Regions"] == "eu-west-1"
