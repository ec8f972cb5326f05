"""Accounts that come and go."""

from __future__ import annotations

import json

import pytest

from rehearsal.engine.state import StackFailed
from tests.stacks.conftest import Platform
from tests.stacks.test_platform import listed, models_policies

SECOND = "444444444444"


def add_second_production(platform: Platform) -> None:
    settings = platform.settings("prod")
    settings |= {"account": SECOND, "network": {"cidr": "10.40.0.0/16", "availabilityZones": 2}}
    platform.write("prod-2", settings)
    platform.write("foundation-prod-2", platform.settings("foundation-prod") | {"account": SECOND})
    dev = platform.settings("dev")
    platform.write("dev", dev | {"workloads": ["staging", "prod", "prod-2"]})


def remove_second_production(platform: Platform) -> None:
    platform.write("dev", platform.settings("dev") | {"workloads": ["staging", "prod"]})
    platform.up("dev")
    platform.up("project-screening")
    for stack in ("prod-2", "foundation-prod-2"):
        platform.world.destroy(stack)
        (platform.directory / f"Pulumi.{stack}.yaml").unlink()


def test_a_second_production_account_appears_in_both_policies_and_disappears_from_both(
    platform: Platform,
) -> None:
    platform.up("staging", "prod", "dev", "project-screening")
    before = models_policies(platform)
    add_second_production(platform)
    platform.up("prod-2", "dev", "project-screening")

    bucket, key = models_policies(platform)
    endpoints = platform.world.engine.stacks["prod-2"].outputs
    role = f"arn:aws:iam::{SECOND}:role/mlops/projects/*/mlops-production-*-model"
    for policy in (bucket, key):
        assert role in listed(policy["AllowCrossAccount"]["Condition"]["ArnLike"]["aws:PrincipalArn"])
        assert f"arn:aws:iam::{SECOND}:root" in listed(policy["AllowCrossAccount"]["Principal"]["AWS"])
    assert endpoints["s3EndpointId"] in bucket["DenyNoVPC"]["Condition"]["StringNotEquals"]["aws:SourceVpce"]
    assert endpoints["kmsEndpointId"] in key["DenyNoVPC"]["Condition"]["StringNotEquals"]["aws:SourceVpce"]

    remove_second_production(platform)
    assert models_policies(platform) == before
    assert "prod-2" not in platform.world.engine.stacks
    assert platform.world.missing("dev") == []


def test_the_deploy_pipeline_reaches_every_account_of_a_stage(platform: Platform) -> None:
    add_second_production(platform)
    platform.up("staging", "prod", "prod-2", "dev", "project-screening")
    pipelines = platform.resources("project-screening", "aws:codepipeline/pipeline:Pipeline")
    stages = {stage["name"]: stage for stage in pipelines["deploy-pipeline-pipeline"].inputs["stages"]}
    update = stages["Production"]["actions"][0]["configuration"]
    assert update["DeploymentTargets"] == f"333333333333,{SECOND}"
    assert list(stages) == ["Source", "Render", "Staging", "TestStaging", "Approve", "Production", "VerifyProduction"]


def test_a_project_that_no_account_lets_in_is_told_where_to_ask(platform: Platform) -> None:
    for stack in ("staging", "prod"):
        platform.write(stack, platform.settings(stack) | {"projects": ["screening", "diabetes"]})
    platform.up("staging", "prod", "dev")
    dev = platform.world.engine.stacks["dev"]
    dev.outputs["workloads"] = [w | {"projects": ["diabetes"]} for w in dev.outputs["workloads"]]
    with pytest.raises(
        StackFailed, match=r"no workload account of stage '(staging|production)' lets project 'screening' deploy"
    ):
        platform.up("project-screening")


def test_a_stack_that_is_not_up_is_named_with_the_command_to_run(platform: Platform) -> None:
    platform.up("staging")
    with pytest.raises(StackFailed, match="prod"):
        platform.up("dev")


def test_destroying_everything_in_reverse_leaves_nothing(platform: Platform) -> None:
    stacks = list(platform.up())
    for stack in reversed(stacks):
        platform.world.destroy(stack)
    assert platform.world.engine.stacks == {}
    deployer = platform.world.cloud.deployer("111111111111")
    roles = platform.world.cloud.client(deployer, "iam").list_roles(PathPrefix="/mlops/")["Roles"]
    buckets = platform.world.cloud.client(deployer, "s3").list_buckets()["Buckets"]
    assert (roles, buckets) == ([], [])


def test_the_function_is_asked_to_remove_releases_when_a_project_goes(platform: Platform) -> None:
    platform.up("staging", "prod", "dev", "project-screening")
    invocation = platform.resources("project-screening", "aws:lambda/invocation:Invocation")[
        "release-cleaner-on-destroy"
    ]
    assert json.loads(invocation.inputs["input"]) == {
        "stackSets": ["mlops-screening-production", "mlops-screening-staging"]
    }
    before = len(platform.recorder.requests)
    platform.world.destroy("project-screening")
    asked = [line for line in platform.recorder.since(before) if line.operation == "DescribeStackSet"]
    assert {line.role.rpartition("/")[2] for line in asked} == {"mlops-screening-release-cleaner"}


def test_the_role_that_enters_workload_accounts_goes_after_what_was_delivered_with_it(
    platform: Platform,
) -> None:
    platform.up("staging", "prod", "dev", "project-screening")
    before = len(platform.recorder.requests)
    platform.world.destroy("project-screening")
    since = list(platform.recorder.since(before))
    looked = [line.number for line in since if line.operation == "DescribeStackSet"]
    gone = [line.number for line in since if line.operation == "DeleteRole" and "administration" in line.resource]
    assert len(looked) == 2
    assert len(gone) == 1
    assert max(looked) < gone[0]


def test_a_project_without_administrators_and_scientists_has_roles_for_nobody(platform: Platform) -> None:
    settings = platform.settings("project-screening")
    platform.write("project-screening", {key: value for key, value in settings.items() if key != "administrators"})
    dev = platform.settings("dev")
    platform.write("dev", dev | {"studio": {"scientists": [{"name": "bob", "projects": ["diabetes"]}]}})
    platform.up("staging", "prod", "dev", "project-screening")
    roles = platform.resources("project-screening", "aws:iam/role:Role")
    assert "role-team-administrator-role" not in roles
    (statement,) = json.loads(roles["role-publish-role"].inputs["assumeRolePolicy"])["Statement"]
    assert (statement["Sid"], statement["Effect"]) == ("NobodyPublishes", "Deny")
