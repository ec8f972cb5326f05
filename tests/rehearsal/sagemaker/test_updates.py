"""An update of an endpoint under requests: the canary's share, the alarms' way back."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.cloudwatch.alarms import CloudWatch
from rehearsal.sagemaker.servers import FAULTS
from tests.rehearsal.accounts import DataScienceAccount
from tests.rehearsal.workload import ENDPOINT, ServingAccount, make_workload


@pytest.fixture
def workload(data_science: DataScienceAccount, models: Path) -> Iterator[ServingAccount]:
    """Production of four instances, whose alarms are evaluated."""
    with CloudWatch(data_science.cloud) as cloudwatch:
        data_science.sagemaker.hosting.report = cloudwatch.report
        account = make_workload(data_science, models)
        account.instances = 4
        yield account


def canary(*alarms: str, wait: int = 180) -> dict[str, Any]:
    routing = {
        "Type": "CANARY",
        "WaitIntervalInSeconds": wait,
        "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 1},
    }
    deployment: dict[str, Any] = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}
    if alarms:
        deployment["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in alarms]}
    return deployment


def put_alarm(workload: ServingAccount, metric: str, config: str, **more: Any) -> str:
    """An alarm on the new configuration's own metric, as the delivered template has it."""
    dimensions = {"EndpointName": ENDPOINT, "VariantName": "primary", "EndpointConfigName": config}
    workload.client("cloudwatch").put_metric_alarm(
        **{
            "AlarmName": metric,
            "Namespace": "AWS/SageMaker",
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            "Period": 60,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            **({} if "ExtendedStatistic" in more else {"Statistic": "Average"}),
            "Threshold": 0.05,
            **more,
        }
    )
    return metric


def ask_until_settled(workload: ServingAccount) -> tuple[list[tuple[str, float]], Counter[int]]:
    """Ask as fast as one caller can; gives answers with the share of the moment, and failures by status."""
    seen: list[tuple[str, float]] = []
    failed: Counter[int] = Counter()
    shares: list[float] = [0.0]
    workload.data_science.sagemaker.hosting.on_shift = lambda *given: shares.append(given[-1])
    client, row = workload.client("sagemaker"), workload.rows()[:1]
    while client.describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"] != "InService":
        try:
            seen.append((str(workload.answers(row)), shares[-1]))
        except ClientError as error:
            failed[error.response["ResponseMetadata"]["HTTPStatusCode"]] += 1
        time.sleep(0.005)
    return seen, failed


def test_a_canary_answers_its_share_and_then_everything(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package("first")))
    old = str(workload.answers(workload.rows()[:1]))
    second = workload.config("two", workload.package("second"))
    client = workload.client("sagemaker")
    client.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=second, DeploymentConfig=canary())
    seen, failed = ask_until_settled(workload)
    assert not failed
    before, during = [a for a, share in seen if share == 0.0], [a for a, share in seen if share == 0.25]
    afterwards = [a for a, share in seen if share == 1.0]
    assert set(before) == {old}
    assert 0.05 < sum(answer != old for answer in during) / len(during) < 0.5
    assert old not in afterwards[1:]
    assert client.describe_endpoint(EndpointName=ENDPOINT)["EndpointConfigName"] == second


def test_an_update_shows_what_it_is_doing_and_then_nothing_of_it(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package("first")))
    second, client = workload.config("two", workload.package("second")), workload.client("sagemaker")
    client.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=second, DeploymentConfig=canary())
    pending: list[dict[str, Any]] = []
    while (described := client.describe_endpoint(EndpointName=ENDPOINT))["EndpointStatus"] == "Updating":
        if found := described.get("PendingDeploymentSummary"):
            pending.append(found)
        time.sleep(0.02)
    assert {each["EndpointConfigName"] for each in pending} == {second}
    statuses = {variant["VariantStatus"][0]["Status"] for each in pending for variant in each["ProductionVariants"]}
    assert "Baking" in statuses
    assert "PendingDeploymentSummary" not in described


@pytest.mark.parametrize(
    ("fault", "metric", "more"),
    [
        ("errors", "Invocation5XXErrors", {}),
        ("slow", "ModelLatency", {"ExtendedStatistic": "p90", "Threshold": 500_000.0}),
        ("out-of-memory", "Invocation5XXErrors", {}),
    ],
)
def test_a_new_fleet_that_goes_wrong_is_rolled_back_by_its_own_alarm(
    workload: ServingAccount, fault: str, metric: str, more: dict[str, Any]
) -> None:
    assert fault in FAULTS
    workload.endpoint(workload.config("one", workload.package("first")))
    old = str(workload.answers(workload.rows()[:1]))
    second = workload.config("two", workload.package("second"))
    alarm = put_alarm(workload, metric, second, **more)
    starter = workload.data_science.sagemaker.hosting.starter
    starter.fault = lambda _, model: fault if model.name.startswith("two") else ""
    client = workload.client("sagemaker")
    client.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=second, DeploymentConfig=canary(alarm, wait=1200))
    ask_until_settled(workload)
    described = client.describe_endpoint(EndpointName=ENDPOINT)
    assert described["FailureReason"] == f"rolled back: alarm {metric} is in state ALARM"
    assert described["EndpointConfigName"] == "one"
    assert {str(workload.answers(workload.rows()[:1])) for _ in range(20)} == {old}


def test_a_deployment_that_sagemaker_refuses_changes_nothing(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package("first")))
    second, client = workload.config("two", workload.package("second")), workload.client("sagemaker")
    wrong = canary()
    wrong["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"]["CanarySize"]["Value"] = 3
    with pytest.raises(ClientError, match="at most 50%"):
        client.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=second, DeploymentConfig=wrong)
    assert client.describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"] == "InService"
