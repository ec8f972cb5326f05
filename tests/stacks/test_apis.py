"""What stacks make for the API of a project, and that they make nothing of it where there is none."""

from __future__ import annotations

import json

from tests.stacks.conftest import Platform

ROLE, OBJECT = "aws:iam/role:Role", "aws:s3/bucketObjectv2:BucketObjectv2"
API_ROLES = {"screening-api", "screening-api-authorizer", "screening-api-deployment", "api-logs"}


def test_an_account_has_roles_for_the_apis_that_it_admits_and_for_no_other(platform: Platform) -> None:
    stacks = platform.up("staging", "prod")
    assert stacks.keys() >= {"staging", "prod"}
    made = {name.removesuffix("-role") for name in platform.resources("prod", ROLE)}
    assert made >= API_ROLES
    assert "diabetes-api" not in made
    assert not {name.removesuffix("-role") for name in platform.resources("staging", ROLE)} & API_ROLES
    assert platform.resources("prod", "aws:apigateway/account:Account").keys() == {"api-logs"}


def test_a_project_publishes_the_part_of_a_stage_that_has_an_api(platform: Platform) -> None:
    platform.up("staging", "prod", "dev", "project-screening", "project-diabetes")
    part = json.loads(platform.resources("project-screening", OBJECT)["api-production"].inputs["content"])
    assert part["Resources"]["Api"]["Type"] == "AWS::ApiGateway::RestApi"
    assert part["OpenApi"]["Authentication"] == "iam"
    assert "api-production" not in platform.resources("project-diabetes", OBJECT)
    assert "api-functions-source" in platform.resources("dev", OBJECT)
