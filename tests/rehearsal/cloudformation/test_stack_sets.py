"""StackSets carry templates into other accounts, the delivered one among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from delivery import template as delivered
from tests.rehearsal.accounts import ACCOUNT, PRODUCTION, REGION, STAGING
from tests.rehearsal.conftest import World
from tests.rehearsal.stack_sets import Delivery, Sets
from tests.rehearsal.workload import ENDPOINT, make_workload

TEMPLATE = {
    "Parameters": {"Name": {"Type": "String", "Default": "first"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}},
}


def topics(world: World, account: str) -> list[str]:
    client = world.cloud.client(world.cloud.deployer(account), "sns")
    return [topic["TopicArn"].rpartition(":")[2] for topic in client.list_topics()["Topics"]]


def test_a_stack_set_makes_changes_and_removes_stacks_in_other_accounts(world: World) -> None:
    sets = Sets(world, STAGING, PRODUCTION)
    sets.create(TEMPLATE)
    assert sets.instances(STAGING, PRODUCTION)["Status"] == "SUCCEEDED"
    assert [topics(world, account) for account in (STAGING, PRODUCTION)] == [["first"], ["first"]]
    assert {i["Status"] for i in sets.shown().values()} == {"CURRENT"}
    second = [{"ParameterKey": "Name", "ParameterValue": "second"}]
    assert sets.update(TEMPLATE, Parameters=second)["Status"] == "SUCCEEDED"
    assert topics(world, STAGING) == ["second"]
    assert sets.delete(STAGING, PRODUCTION)["Status"] == "SUCCEEDED"
    assert (topics(world, STAGING), sets.shown()) == ([], {})
    sets.client.delete_stack_set(StackSetName="s")


def test_overrides_hold_for_their_instance_alone(world: World) -> None:
    sets = Sets(world, STAGING, PRODUCTION)
    sets.create(TEMPLATE)
    sets.instances(STAGING)
    sets.instances(PRODUCTION, ParameterOverrides=[{"ParameterKey": "Name", "ParameterValue": "own"}])
    assert (topics(world, STAGING), topics(world, PRODUCTION)) == (["first"], ["own"])
    described = sets.client.describe_stack_instance(
        StackSetName="s", StackInstanceAccount=PRODUCTION, StackInstanceRegion=REGION
    )
    overrides = [{"ParameterKey": "Name", "ParameterValue": "own"}]
    assert described["StackInstance"]["ParameterOverrides"] == overrides


def test_the_chain_of_roles_is_recorded(world: World) -> None:
    sets = Sets(world, STAGING)
    sets.create(TEMPLATE)
    start = len(world.cloud.recorder.requests)
    sets.instances(STAGING)
    chain = [(r.role, r.account, r.operation, r.resource) for r in world.cloud.recorder.since(start)]
    execution = f"arn:aws:iam::{STAGING}:role/execution"
    expected = [
        ("cloudformation.amazonaws.com", ACCOUNT, "AssumeRole", sets.admin),
        (sets.admin, ACCOUNT, "AssumeRole", execution),
    ]
    assert [entry for entry in chain if entry[2] == "AssumeRole"] == expected
    made = [(caller, account) for caller, account, operation, _ in chain if operation in ("CreateStack", "CreateTopic")]
    assert made == [(execution, STAGING)] * 2


def test_an_account_without_the_execution_role_fails_and_the_others_are_cancelled(world: World) -> None:
    sets = Sets(world, PRODUCTION)
    sets.create(TEMPLATE)
    operation = sets.instances(STAGING, PRODUCTION)
    assert (operation["Status"], operation["StatusDetails"]["FailedStackInstancesCount"]) == ("FAILED", 1)
    assert "should have 'execution' role with trust" in sets.shown()[STAGING]["StatusReason"]
    results = sets.client.list_stack_set_operation_results(StackSetName="s", OperationId=operation["OperationId"])[
        "Summaries"
    ]
    assert {r["Account"]: r["Status"] for r in results} == {STAGING: "FAILED", PRODUCTION: "CANCELLED"}
    assert topics(world, PRODUCTION) == []


def test_a_tolerated_failure_lets_the_others_go_on(world: World) -> None:
    sets = Sets(world, PRODUCTION)
    sets.create(TEMPLATE)
    operation = sets.instances(STAGING, PRODUCTION, OperationPreferences={"FailureTolerancePercentage": 50})
    assert (operation["Status"], operation["StatusDetails"]["FailedStackInstancesCount"]) == ("SUCCEEDED", 1)
    assert topics(world, PRODUCTION) == ["first"]


def test_a_template_that_cannot_be_made_says_which_resource(world: World) -> None:
    sets = Sets(world, STAGING)
    wand = {"Resources": {"Wand": {"Type": "AWS::Magic::Wand"}}}
    sets.create(wand)
    assert sets.instances(STAGING)["Status"] == "FAILED"
    assert "Unrecognized resource types: [AWS::Magic::Wand]" in sets.shown()[STAGING]["StatusReason"]
    assert sets.update(TEMPLATE)["Status"] == "SUCCEEDED"
    assert topics(world, STAGING) == ["first"]


def test_a_set_that_is_service_managed_is_refused(world: World) -> None:
    sets = Sets(world, STAGING)
    sets.create(TEMPLATE, PermissionModel="SERVICE_MANAGED")
    with pytest.raises(ClientError, match="only self-managed"):
        sets.instances(STAGING)


# ---- the delivered template


@pytest.fixture
def delivery(world: World, models: Path) -> Delivery:
    return Delivery(world, make_workload(world, models))


def served(delivery: Delivery) -> list[float]:
    return delivery.workload.answers(delivery.workload.rows())


def single(values: list[float]) -> Any:
    return np.array(values, dtype=np.float32)


def test_the_delivered_template_serves_updates_and_goes(delivery: Delivery) -> None:
    workload = delivery.workload
    assert delivery.first(workload.package("first"))["Status"] == "SUCCEEDED", delivery.sets.shown()
    assert np.array_equal(single(served(delivery)), single(workload.expected("first")))
    targets = workload.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    assert targets["ScalableTargets"][0]["ResourceId"] == f"endpoint/{ENDPOINT}/variant/primary"
    alarms = workload.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(alarms) == sum(r["Type"] == "AWS::CloudWatch::Alarm" for r in delivered()["Resources"].values())
    config = workload.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]

    assert delivery.next(workload.package("second"))["Status"] == "SUCCEEDED", delivery.sets.shown()
    assert np.array_equal(single(served(delivery)), single(workload.expected("second")))
    described = workload.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    assert described["EndpointConfigName"] != config
    tags = workload.client("sagemaker").list_tags(ResourceArn=described["EndpointArn"])["Tags"]
    assert [tag["Value"] for tag in tags if tag["Key"] == "model-package"][-1].endswith("/2")
    assert described["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert len(workload.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]) == 1
    assert len(workload.client("sagemaker").list_models()["Models"]) == 1

    assert delivery.sets.delete(STAGING)["Status"] == "SUCCEEDED"
    assert workload.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert workload.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_a_model_that_does_not_start_is_rolled_back_to_the_one_before(delivery: Delivery) -> None:
    workload = delivery.workload
    delivery.first(workload.package("first"))
    operation = delivery.next(workload.package("second", content=b"no archive"))
    assert operation["Status"] == "FAILED"
    reason = delivery.sets.shown()[STAGING]["StatusReason"]
    assert "ResourceLogicalId:Endpoint" in reason
    assert "not a sound tar.gz" in reason
    assert np.array_equal(single(served(delivery)), single(workload.expected("first")))
    assert len(workload.client("sagemaker").list_models()["Models"]) == 1


def test_every_resource_is_made_as_the_execution_role(delivery: Delivery) -> None:
    delivery.first(delivery.workload.package("first"))
    execution = f"arn:aws:iam::{STAGING}:role/execution"
    made = {
        line.operation for line in delivery.sets.world.cloud.recorder.requests if line.role == execution and line.writes
    }
    assert made == {
        "CreateStack",
        "CreateModel",
        "CreateEndpointConfig",
        "CreateEndpoint",
        "PutMetricAlarm",
        "RegisterScalableTarget",
        "PutScalingPolicy",
    }
