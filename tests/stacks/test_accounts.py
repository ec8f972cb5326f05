"""Accounts that come and go.

The tests share one platform of staging, production, the data science account and a project; each leaves it as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rehearsal.engine.state import StackFailed
from tests.stacks.built import listed, models_policies
from tests.stacks.conftest import Platform, example_platform

SECOND = "444444444444"
PROJECT = "project-screening"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Staging, production, the data science account and one project, up."""
    for platform in example_platform(tmp_path_factory.mktemp("accounts")):
        platform.up("staging", "prod", "dev", PROJECT)
        yield platform


@contextmanager
def second_production(platform: Platform) -> Iterator[None]:
    """A second production account, while the context lasts."""
    settings, dev = platform.settings("prod"), platform.settings("dev")
    settings |= {"account": SECOND, "network": {"cidr": "10.40.0.0/16", "availabilityZones": 2}}
    platform.write("prod-2", settings)
    platform.write("foundation-prod-2", platform.settings("foundation-prod") | {"account": SECOND})
    platform.write("dev", dev | {"workloads": ["staging", "prod", "prod-2"]})
    platform.up("prod-2", "dev", PROJECT)
    yield
    platform.write("prod-2", settings | {"projects": [], "apis": []})
    platform.write("dev", dev)
    platform.up("dev", PROJECT)
    for stack in ("prod-2", "foundation-prod-2"):
        platform.world.destroy(stack)
        (platform.directory / f"Pulumi.{stack}.yaml").unlink()


def test_a_second_production_account_appears_in_both_policies_and_disappears_from_both(running: Platform) -> None:
    before = models_policies(running)
    with second_production(running):
        bucket, key = models_policies(running)
        endpoints = running.world.engine.stacks["prod-2"].outputs
        role = f"arn:aws:iam::{SECOND}:role/mlops/projects/*/mlops-production-*-model"
        for policy in (bucket, key):
            assert role in listed(policy["AllowCrossAccount"]["Condition"]["ArnLike"]["aws:PrincipalArn"])
            assert f"arn:aws:iam::{SECOND}:root" in listed(policy["AllowCrossAccount"]["Principal"]["AWS"])
        assert endpoints["s3EndpointId"] in bucket["DenyNoVPC"]["Condition"]["StringNotEquals"]["aws:SourceVpce"]
        assert endpoints["kmsEndpointId"] in key["DenyNoVPC"]["Condition"]["StringNotEquals"]["aws:SourceVpce"]

        pipelines = running.resources(PROJECT, "aws:codepipeline/pipeline:Pipeline")
        stages = {stage["name"]: stage for stage in pipelines["deploy-pipeline-pipeline"].inputs["stages"]}
        update = stages["Production"]["actions"][0]["configuration"]
        assert update["DeploymentTargets"] == f"333333333333,{SECOND}"
        assert list(stages) == [
            *("Source", "Render", "ChangesStaging", "Staging", "TestStaging"),
            *("ChangesProduction", "Approve", "Approved", "Production", "VerifyProduction"),
        ]
    assert models_policies(running) == before
    assert "prod-2" not in running.world.engine.stacks
    assert running.world.missing("dev") == []


def test_a_project_that_no_account_lets_in_is_told_where_to_ask(running: Platform) -> None:
    dev = running.world.engine.stacks["dev"]
    before = dev.outputs["workloads"]
    dev.outputs["workloads"] = [workload | {"projects": ["diabetes"]} for workload in before]
    with pytest.raises(
        StackFailed, match=r"no workload account of stage '(staging|production)' lets project 'screening' deploy"
    ):
        running.up(PROJECT)
    dev.outputs["workloads"] = before
    running.up(PROJECT)


def test_the_function_removes_releases_when_a_project_goes_and_then_its_way_into_accounts_goes(
    running: Platform,
) -> None:
    calls = running.resources(PROJECT, "aws:lambda/invocation:Invocation")
    production = calls["release-cleaner-mlops-screening-production"]
    assert json.loads(production.inputs["input"]) == {
        "step": "removeStackSet",
        "stackSet": "mlops-screening-production",
        "retainStacksIn": [],
    }
    before = len(running.recorder.requests)
    running.world.destroy(PROJECT)
    since = list(running.recorder.since(before))
    looked_for = [line for line in since if line.operation == "DescribeStackSet"]
    assert {line.role.rpartition("/")[2] for line in looked_for} == {"mlops-screening-release-cleaner"}
    gone = [line.number for line in since if line.operation == "DeleteRole" and "administration" in line.resource]
    assert len(looked_for) == 2
    assert len(gone) == 1
    assert max(line.number for line in looked_for) < gone[0]
    running.up(PROJECT)


def test_a_project_without_administrators_and_scientists_has_roles_for_nobody(running: Platform) -> None:
    project, dev = running.settings(PROJECT), running.settings("dev")
    running.write(PROJECT, {key: value for key, value in project.items() if key != "administrators"})
    running.write("dev", dev | {"studio": {"scientists": [{"name": "bob", "projects": ["diabetes"]}]}})
    running.up("dev", PROJECT)
    roles = running.resources(PROJECT, "aws:iam/role:Role")
    assert "role-team-administrator-role" not in roles
    (statement,) = json.loads(roles["role-publish-role"].inputs["assumeRolePolicy"])["Statement"]
    assert (statement["Sid"], statement["Effect"]) == ("NobodyPublishes", "Deny")
    running.write(PROJECT, project)
    running.write("dev", dev)
    running.up("dev", PROJECT)


def test_destroying_everything_in_reverse_leaves_nothing(running: Platform) -> None:
    stacks = list(running.up())
    for stack in reversed(stacks):
        running.world.destroy(stack)
    assert running.world.engine.stacks == {}
    deployer = running.world.cloud.deployer("111111111111")
    roles = running.world.cloud.client(deployer, "iam").list_roles(PathPrefix="/mlops/")["Roles"]
    buckets = running.world.cloud.client(deployer, "s3").list_buckets()["Buckets"]
    assert (roles, buckets) == ([], [])
