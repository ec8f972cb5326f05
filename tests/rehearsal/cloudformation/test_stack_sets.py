"""StackSets carry templates into other accounts, the delivered one among them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from delivery import template as delivered
from tests.rehearsal.accounts import ACCOUNT, PRODUCTION, REGION, STAGING, DataScienceAccount
from tests.rehearsal.stack_sets import DeployedTemplate, StackSetClient
from tests.rehearsal.workload import ENDPOINT, make_workload

TEMPLATE = {
    "Parameters": {"Name": {"Type": "String", "Default": "first"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Name"}}}},
}


def topics(data_science: DataScienceAccount, account: str) -> list[str]:
    client = data_science.cloud.client(data_science.cloud.deployer(account), "sns")
    return [topic["TopicArn"].rpartition(":")[2] for topic in client.list_topics()["Topics"]]


def test_a_stack_set_makes_changes_and_removes_stacks_in_other_accounts(data_science: DataScienceAccount) -> None:
    stack_sets = StackSetClient(data_science, STAGING, PRODUCTION)
    stack_sets.create(TEMPLATE)
    assert stack_sets.instances(STAGING, PRODUCTION)["Status"] == "SUCCEEDED"
    assert [topics(data_science, account) for account in (STAGING, PRODUCTION)] == [["first"], ["first"]]
    assert {i["Status"] for i in stack_sets.shown().values()} == {"CURRENT"}
    second = [{"ParameterKey": "Name", "ParameterValue": "second"}]
    assert stack_sets.update(TEMPLATE, Parameters=second)["Status"] == "SUCCEEDED"
    assert topics(data_science, STAGING) == ["second"]
    assert stack_sets.delete(STAGING, PRODUCTION)["Status"] == "SUCCEEDED"
    assert (topics(data_science, STAGING), stack_sets.shown()) == ([], {})
    stack_sets.client.delete_stack_set(StackSetName="s")


def test_overrides_hold_for_their_instance_alone(data_science: DataScienceAccount) -> None:
    stack_sets = StackSetClient(data_science, STAGING, PRODUCTION)
    stack_sets.create(TEMPLATE)
    stack_sets.instances(STAGING)
    stack_sets.instances(PRODUCTION, ParameterOverrides=[{"ParameterKey": "Name", "ParameterValue": "own"}])
    assert (topics(data_science, STAGING), topics(data_science, PRODUCTION)) == (["first"], ["own"])
    described = stack_sets.client.describe_stack_instance(
        StackSetName="s", StackInstanceAccount=PRODUCTION, StackInstanceRegion=REGION
    )
    overrides = [{"ParameterKey": "Name", "ParameterValue": "own"}]
    assert described["StackInstance"]["ParameterOverrides"] == overrides


def test_the_chain_of_roles_is_recorded(data_science: DataScienceAccount) -> None:
    stack_sets = StackSetClient(data_science, STAGING)
    stack_sets.create(TEMPLATE)
    start = len(data_science.cloud.recorder.requests)
    stack_sets.instances(STAGING)
    chain = [(r.role, r.account, r.operation, r.resource) for r in data_science.cloud.recorder.since(start)]
    execution = f"arn:aws:iam::{STAGING}:role/execution"
    expected = [
        ("cloudformation.amazonaws.com", ACCOUNT, "AssumeRole", stack_sets.admin),
        (stack_sets.admin, ACCOUNT, "AssumeRole", execution),
    ]
    assert [entry for entry in chain if entry[2] == "AssumeRole"] == expected
    made = [(caller, account) for caller, account, operation, _ in chain if operation in ("CreateStack", "CreateTopic")]
    assert made == [(execution, STAGING)] * 2


def test_an_account_without_the_execution_role_fails_and_the_others_are_cancelled(
    data_science: DataScienceAccount,
) -> None:
    stack_sets = StackSetClient(data_science, PRODUCTION)
    stack_sets.create(TEMPLATE)
    operation = stack_sets.instances(STAGING, PRODUCTION)
    assert (operation["Status"], operation["StatusDetails"]["FailedStackInstancesCount"]) == ("FAILED", 1)
    assert "should have 'execution' role with trust" in stack_sets.shown()[STAGING]["StatusReason"]
    results = stack_sets.client.list_stack_set_operation_results(
        StackSetName="s", OperationId=operation["OperationId"]
    )["Summaries"]
    assert {r["Account"]: r["Status"] for r in results} == {STAGING: "FAILED", PRODUCTION: "CANCELLED"}
    assert topics(data_science, PRODUCTION) == []


def test_a_tolerated_failure_lets_the_others_go_on(data_science: DataScienceAccount) -> None:
    stack_sets = StackSetClient(data_science, PRODUCTION)
    stack_sets.create(TEMPLATE)
    operation = stack_sets.instances(STAGING, PRODUCTION, OperationPreferences={"FailureTolerancePercentage": 50})
    assert (operation["Status"], operation["StatusDetails"]["FailedStackInstancesCount"]) == ("SUCCEEDED", 1)
    assert topics(data_science, PRODUCTION) == ["first"]


def test_a_template_that_cannot_be_made_says_which_resource(data_science: DataScienceAccount) -> None:
    stack_sets = StackSetClient(data_science, STAGING)
    wand = {"Resources": {"Wand": {"Type": "AWS::Magic::Wand"}}}
    stack_sets.create(wand)
    assert stack_sets.instances(STAGING)["Status"] == "FAILED"
    assert "Unrecognized resource types: [AWS::Magic::Wand]" in stack_sets.shown()[STAGING]["StatusReason"]
    assert stack_sets.update(TEMPLATE)["Status"] == "SUCCEEDED"
    assert topics(data_science, STAGING) == ["first"]


def test_a_set_that_is_service_managed_is_refused(data_science: DataScienceAccount) -> None:
    stack_sets = StackSetClient(data_science, STAGING)
    stack_sets.create(TEMPLATE, PermissionModel="SERVICE_MANAGED")
    with pytest.raises(ClientError, match="only self-managed"):
        stack_sets.instances(STAGING)


# ---- the delivered template


@pytest.fixture
def deployed(data_science: DataScienceAccount, models: Path) -> DeployedTemplate:
    return DeployedTemplate(data_science, make_workload(data_science, models))


def served(deployed: DeployedTemplate) -> list[float]:
    return deployed.workload.answers(deployed.workload.rows())


def single(values: list[float]) -> Any:
    return np.array(values, dtype=np.float32)


def test_the_delivered_template_serves_updates_and_goes(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    assert deployed.first(workload.package("first"))["Status"] == "SUCCEEDED", deployed.stack_sets.shown()
    assert np.array_equal(single(served(deployed)), single(workload.expected("first")))
    targets = workload.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    assert targets["ScalableTargets"][0]["ResourceId"] == f"endpoint/{ENDPOINT}/variant/primary"
    alarms = workload.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(alarms) == sum(r["Type"] == "AWS::CloudWatch::Alarm" for r in delivered()["Resources"].values())
    config = workload.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"]

    assert deployed.next(workload.package("second"))["Status"] == "SUCCEEDED", deployed.stack_sets.shown()
    assert np.array_equal(single(served(deployed)), single(workload.expected("second")))
    described = workload.client("sagemaker").describe_endpoint(EndpointName=ENDPOINT)
    assert described["EndpointConfigName"] != config
    tags = workload.client("sagemaker").list_tags(ResourceArn=described["EndpointArn"])["Tags"]
    assert [tag["Value"] for tag in tags if tag["Key"] == "model-package"][-1].endswith("/2")
    assert described["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert len(workload.client("sagemaker").list_endpoint_configs()["EndpointConfigs"]) == 1
    assert len(workload.client("sagemaker").list_models()["Models"]) == 1

    assert deployed.stack_sets.delete(STAGING)["Status"] == "SUCCEEDED"
    assert workload.client("sagemaker").list_endpoints()["Endpoints"] == []
    assert workload.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_a_model_that_does_not_start_is_rolled_back_to_the_one_before(deployed: DeployedTemplate) -> None:
    workload = deployed.workload
    deployed.first(workload.package("first"))
    operation = deployed.next(workload.package("second", content=b"no archive"))
    assert operation["Status"] == "FAILED"
    reason = deployed.stack_sets.shown()[STAGING]["StatusReason"]
    assert "ResourceLogicalId:Endpoint" in reason
    assert "not a sound tar.gz" in reason
    assert np.array_equal(single(served(deployed)), single(workload.expected("first")))
    assert len(workload.client("sagemaker").list_models()["Models"]) == 1


def test_every_resource_is_made_as_the_execution_role(deployed: DeployedTemplate) -> None:
    deployed.first(deployed.workload.package("first"))
    execution = f"arn:aws:iam::{STAGING}:role/execution"
    made = {
        line.operation
        for line in deployed.stack_sets.data_science.cloud.recorder.requests
        if line.role == execution and line.writes
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
