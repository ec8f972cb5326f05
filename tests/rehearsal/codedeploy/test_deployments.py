"""A stack's alias is shifted by CodeDeploy: hooks, weights, alarms, and back."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assumptions.outcomes import failing
from rehearsal.codedeploy import runner
from rehearsal.codedeploy.deployment import Deployment
from rehearsal.codedeploy.runner import DeploymentEnded, require_answered, require_quiet_alarms, traffic_steps
from rehearsal.codedeploy.service import require_hook_status, rolls_back
from rehearsal.service_model.emulator import ServiceRefusal
from rehearsal.services.codedeploy import PREDEFINED, require_routing
from tests.rehearsal.apigateway.account import ACCOUNT, CODE, REGION, ApiAccount, open_api, template

EVENTS = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
HOOK = """
import boto3
def handle(event, context):
    if %(status)r:
        boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status=%(status)r,
        )
"""


def hook(name: str, status: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": name,
            "Runtime": "python3.13",
            "Handler": "index.handle",
            "Role": f"arn:aws:iam::{ACCOUNT}:role/function",
            "Code": {"ZipFile": HOOK % {"status": status}},
        },
    }


def released(version: str, *, before: str = "Succeeded", after: str = "Succeeded", **group: Any) -> dict[str, Any]:
    """The stack with an application, a group, hooks, and an alias that CodeDeploy shifts."""
    more = {
        "Application": {
            "Type": "AWS::CodeDeploy::Application",
            "Properties": {"ApplicationName": "screening", "ComputePlatform": "Lambda"},
        },
        "Group": {
            "Type": "AWS::CodeDeploy::DeploymentGroup",
            "Properties": {
                "ApplicationName": {"Ref": "Application"},
                "DeploymentGroupName": "live",
                "DeploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
                "ServiceRoleArn": f"arn:aws:iam::{ACCOUNT}:role/codedeploy",
                "AutoRollbackConfiguration": {"Enabled": True, "Events": EVENTS},
                **group,
            },
        },
        "Before": hook("before", before),
        "After": hook("after", after),
    }
    document = template(open_api(), code=CODE.replace("3", version), version=version, **more)
    document["Resources"]["Live"]["UpdatePolicy"] = {
        "CodeDeployLambdaAliasUpdate": {
            "ApplicationName": {"Ref": "Application"},
            "DeploymentGroupName": {"Ref": "Group"},
            "BeforeAllowTrafficHook": {"Ref": "Before"},
            "AfterAllowTrafficHook": {"Ref": "After"},
        }
    }
    return document


@pytest.fixture
def serving(account: ApiAccount) -> ApiAccount:
    """Version 1 serves."""
    account.role("codedeploy", {"Service": "codedeploy.amazonaws.com"})
    made = account.deploy_stack(released("1"))
    assert (made["StackStatus"], made.get("StackStatusReason")) == ("CREATE_COMPLETE", None)
    return account


def alias(account: ApiAccount) -> tuple[str, Mapping[str, float]]:
    found = account.client("lambda").get_alias(FunctionName="predict", Name="live")
    return found["FunctionVersion"], (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights", {})


def only(account: ApiAccount) -> Deployment:
    return account.deploy.deployments()[0]


def test_the_first_version_needs_no_deployment(serving: ApiAccount) -> None:
    assert serving.deploy.deployments() == []
    assert alias(serving) == ("1", {})


def test_a_new_version_comes_in_steps_and_the_stack_waits(serving: ApiAccount) -> None:
    shares: list[Mapping[str, float]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            shares.append(alias(serving)[1])

    thread = threading.Thread(target=watch)
    thread.start()
    began = time.monotonic()
    changed = serving.deploy_stack(released("2"))
    took = serving.cloud.clock.service_seconds(time.monotonic() - began)
    done.set()
    thread.join()
    assert (changed["StackStatus"], changed.get("StackStatusReason")) == ("UPDATE_COMPLETE", None)
    assert alias(serving) == ("2", {})
    assert {"2": 0.1} in shares
    assert took >= 300
    states = [event["detail"]["state"] for event in serving.events]
    assert states == ["START", "SUCCESS"]
    assert serving.events[0]["detail-type"] == "CodeDeploy Deployment State-change Notification"
    assert only(serving).info()["status"] == "Succeeded"


def test_weights_are_what_invocations_follow(serving: ApiAccount) -> None:
    client = serving.client("lambda")
    client.update_function_code(FunctionName="predict", ZipFile=_archive(CODE + "\n# 2"))
    client.publish_version(FunctionName="predict")
    routing = {"AdditionalVersionWeights": {"2": 0.5}}
    client.update_alias(FunctionName="predict", Name="live", RoutingConfig=routing)
    versions = [serving.call().json["version"] for _ in range(40)]
    assert 5 < versions.count("2") < 35
    assert set(versions) == {"1", "2"}
    by_version = [by for namespace, by, _ in serving.metrics if namespace == "AWS/Lambda" and "ExecutedVersion" in by]
    assert {each["ExecutedVersion"] for each in by_version} == {"1", "2"}
    assert {each["Resource"] for each in by_version} == {"predict:live"}


def _archive(text: str) -> bytes:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", text)
    return buffer.getvalue()


@pytest.mark.parametrize(("side", "event"), [("before", "BeforeAllowTraffic"), ("after", "AfterAllowTraffic")])
def test_a_hook_that_reports_failure_rolls_the_stack_back(serving: ApiAccount, side: str, event: str) -> None:
    changed = serving.deploy_stack(released("2", **{side: "Failed"}))
    assert changed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert f"{event} lifecycle event hook reported Failed" in changed["StackStatusReason"]
    assert alias(serving) == ("1", {})
    failed, undone = serving.deploy.deployments()
    assert failed.info()["rollbackInfo"]["rollbackDeploymentId"] == undone.id
    assert (failed.status, undone.creator, undone.status) == ("Failed", "codeDeployRollback", "Succeeded")
    assert serving.deploy_stack(released("3"))["StackStatus"] == "UPDATE_COMPLETE"


@pytest.mark.parametrize("against", [[], ["aliases-go-back-at-once"]])
def test_a_stack_that_fails_behind_its_alias_sets_it_back_at_once_or_by_a_deployment(
    serving: ApiAccount, against: list[str]
) -> None:
    broken = released("2")
    broken["Resources"]["Broken"] = {
        "Type": "AWS::Lambda::Alias",
        "DependsOn": "Live",
        "Properties": {"FunctionName": "predict", "FunctionVersion": "99", "Name": "broken"},
    }
    with failing(against):
        changed = serving.deploy_stack(broken)
    assert changed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert alias(serving) == ("1", {})
    assert [each.status for each in serving.deploy.deployments()] == ["Succeeded"] * (1 + len(against))


@pytest.mark.aws_behavior("require_answered")
def test_a_hook_that_says_nothing_fails_after_an_hour(serving: ApiAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "HOOK_SECONDS", 60.0)
    changed = serving.deploy_stack(released("2", before=""))
    assert "did not report within one hour" in changed["StackStatusReason"]
    with pytest.raises(DeploymentEnded, match="one hour"):
        require_answered("BeforeAllowTraffic", -1)


@pytest.mark.aws_behavior("require_quiet_alarms")
@pytest.mark.aws_behavior("rolls_back")
def test_an_alarm_stops_the_deployment_and_traffic_goes_back(serving: ApiAccount) -> None:
    cloudwatch = serving.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=60,
        Threshold=0,
        Statistic="Sum",
    )
    watched: dict[str, Any] = {"AlarmConfiguration": {"Enabled": True, "Alarms": [{"Name": "errors"}]}}

    def ring() -> None:
        while alias(serving)[1] == {}:
            time.sleep(0.02)
        cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")

    thread = threading.Thread(target=ring)
    thread.start()
    changed = serving.deploy_stack(released("2", **watched))
    thread.join()
    assert changed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Activated alarms: errors" in changed["StackStatusReason"]
    assert alias(serving) == ("1", {})
    assert only(serving).info()["errorInformation"]["code"] == "ALARM_ACTIVE"
    with pytest.raises(DeploymentEnded, match="cannot be found: gone"):
        require_quiet_alarms([], ["gone"])


def test_without_rollback_traffic_stays_where_it_was() -> None:
    assert rolls_back({"enabled": True, "events": EVENTS[:1]}, "Stopped", "ALARM_ACTIVE") is False
    assert rolls_back({"enabled": False, "events": EVENTS}, "Failed", "X") is False
    assert rolls_back({"enabled": True, "events": EVENTS}, "Stopped", "MANUAL_STOP") is True


def test_a_deployment_that_somebody_stops_ends_the_update(serving: ApiAccount) -> None:
    def stop() -> None:
        while alias(serving)[1] == {}:
            time.sleep(0.02)
        serving.client("codedeploy").stop_deployment(deploymentId=only(serving).id, autoRollbackEnabled=True)

    thread = threading.Thread(target=stop)
    thread.start()
    changed = serving.deploy_stack(released("2"))
    thread.join()
    assert "stopped by" in changed["StackStatusReason"]
    assert alias(serving) == ("1", {})


def test_a_group_deploys_one_at_a_time_and_only_from_the_alias_s_version(serving: ApiAccount) -> None:
    client = serving.client("codedeploy")
    group = {"applicationName": "screening", "deploymentGroupName": "live"}

    def create(current: str, target: str) -> str:
        properties = {"Name": "predict", "Alias": "live", "CurrentVersion": current, "TargetVersion": target}
        resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
        content = json.dumps({"version": 0.0, "Resources": [{"predict": resource}]})
        revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
        return str(client.create_deployment(**group, revision=revision)["deploymentId"])

    wrong = create("7", "8")
    while client.get_deployment(deploymentId=wrong)["deploymentInfo"]["status"] not in ("Failed", "Stopped"):
        time.sleep(0.02)
    info = client.get_deployment(deploymentId=wrong)["deploymentInfo"]
    assert "the alias leads to version 1" in info["errorInformation"]["message"]
    serving.client("lambda").update_function_code(FunctionName="predict", ZipFile=_archive(CODE + "\n# 2"))
    serving.client("lambda").publish_version(FunctionName="predict")
    running = create("1", "2")
    with pytest.raises(ClientError, match="DeploymentLimitExceededException"):
        create("1", "2")
    client.stop_deployment(deploymentId=running)
    assert running in client.list_deployments(**group)["deployments"]


@pytest.mark.aws_behavior("require_hook_status")
def test_a_hook_reports_once_for_its_own_execution() -> None:
    cases: list[tuple[dict[str, str | None], str, str, str]] = [
        ({}, "e", "Succeeded", "InvalidLifecycleEventHookExecutionIdException"),
        ({"e": None}, "e", "Pending", "InvalidLifecycleEventHookExecutionStatusException"),
        ({"e": "Failed"}, "e", "Succeeded", "LifecycleEventAlreadyCompletedException"),
    ]
    for known, execution, status, code in cases:
        with pytest.raises(ServiceRefusal) as refused:
            require_hook_status(known, execution, status)
        assert refused.value.code == code


@pytest.mark.aws_behavior("traffic_steps")
def test_predefined_configurations_shift_as_they_say() -> None:
    canary = PREDEFINED["CodeDeployDefault.LambdaCanary10Percent5Minutes"]
    assert list(traffic_steps(canary)) == [(10, 300.0), (100, 0.0)]
    linear = list(traffic_steps(PREDEFINED["CodeDeployDefault.LambdaLinear10PercentEvery1Minute"]))
    assert (linear[0], linear[-2:], len(linear)) == ((10, 60.0), [(90, 60.0), (100, 0.0)], 10)
    assert list(traffic_steps(PREDEFINED["CodeDeployDefault.LambdaAllAtOnce"])) == [(100, 0.0)]


@pytest.mark.aws_behavior("require_routing")
def test_a_custom_configuration_shifts_at_most_two_days() -> None:
    canary = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 25, "canaryInterval": 2}}
    assert require_routing(canary) == canary
    for percent, minutes in ((0, 5), (100, 5), (10, 0), (10, 3000)):
        wrong = {"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": percent, "canaryInterval": minutes}}
        with pytest.raises(ServiceRefusal, match="1 to 99 percent"):
            require_routing(wrong)


@pytest.mark.aws_behavior("require_service_role")
def test_a_group_s_role_must_trust_codedeploy(account: ApiAccount) -> None:
    client = account.client("codedeploy")
    client.create_application(applicationName="a", computePlatform="Lambda")
    with pytest.raises(ClientError, match="InvalidRoleException"):
        client.create_deployment_group(
            applicationName="a",
            deploymentGroupName="g",
            serviceRoleArn=f"arn:aws:iam::{ACCOUNT}:role/function",
        )


@pytest.mark.aws_behavior("deployment_rights")
def test_reading_a_deployment_is_decided_on_its_group(serving: ApiAccount) -> None:
    serving.deploy_stack(released("2"))
    asked = [line for line in serving.cloud.recorder.requests if line.operation == "GetDeployment"]
    assert {right.resource for line in asked for right in line.rights or ()} == {
        f"arn:aws:codedeploy:{REGION}:{ACCOUNT}:deploymentgroup:screening/live"
    }


@pytest.mark.aws_behavior("deploy")
def test_the_stack_fails_with_its_deployment(serving: ApiAccount) -> None:
    changed = serving.deploy_stack(released("2", before="Failed"))
    assert f"CodeDeploy deployment {only(serving).id} failed" in changed["StackStatusReason"]
