"""Alarms that are evaluated on the service clock, from metrics of what happened."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.clock import ServiceClock
from rehearsal.cloudwatch.alarms import CloudWatch

ACCOUNT, REGION = "222222222222", "eu-west-1"


@pytest.fixture
def cloudwatch() -> Iterator[CloudWatch]:
    with Cloud(REGION, clock=ServiceClock(rate=600)) as cloud, CloudWatch(cloud) as found:
        yield found


def alarm(cloudwatch: CloudWatch, **more: Any) -> Any:
    client = cloudwatch.cloud.client(cloudwatch.cloud.deployer(ACCOUNT), "cloudwatch")
    client.put_metric_alarm(
        **{
            "AlarmName": "errors",
            "Namespace": "AWS/SageMaker",
            "MetricName": "Invocation5XXErrors",
            "Dimensions": [{"Name": "EndpointName", "Value": "e"}],
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "Threshold": 0.05,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            **more,
        }
    )
    return client


def becomes(client: Any, state: str, during: Any = lambda: None, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        during()
        if client.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"] == state:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.aws_behavior("updated_alarm_keeps_its_state")
def test_a_new_alarm_has_insufficient_data_and_an_updated_one_keeps_its_state(cloudwatch: CloudWatch) -> None:
    client = alarm(cloudwatch, TreatMissingData="ignore")
    assert becomes(client, "INSUFFICIENT_DATA", seconds=0.2)
    client.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")
    alarm(cloudwatch, TreatMissingData="ignore", Threshold=0.5)
    assert client.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateValue"] == "ALARM"


def test_an_alarm_fires_on_what_a_service_reports_and_ends_when_it_stops(cloudwatch: CloudWatch) -> None:
    client = alarm(cloudwatch)
    assert becomes(client, "OK")

    def fail() -> None:
        cloudwatch.report(ACCOUNT, REGION, "AWS/SageMaker", {"EndpointName": "e"}, {"Invocation5XXErrors": 1.0})

    assert becomes(client, "ALARM", fail)
    assert "threshold 0.05" in client.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["StateReason"]
    assert becomes(client, "OK")


def test_other_dimensions_are_another_metric(cloudwatch: CloudWatch) -> None:
    client = alarm(cloudwatch)

    def fail_elsewhere() -> None:
        more = {"EndpointName": "e", "VariantName": "v"}
        cloudwatch.report(ACCOUNT, REGION, "AWS/SageMaker", more, {"Invocation5XXErrors": 1.0})

    assert not becomes(client, "ALARM", fail_elsewhere, seconds=1.0)


def test_callers_put_metrics_that_alarms_see(cloudwatch: CloudWatch) -> None:
    client = alarm(cloudwatch, Namespace="Own", MetricName="Wrong", Statistic="Sum", Threshold=2.0)
    data = [{"MetricName": "Wrong", "Dimensions": [{"Name": "EndpointName", "Value": "e"}]}]
    values = {"Values": [1.0, 2.0], "Counts": [1.0, 1.0]}
    assert becomes(client, "ALARM", lambda: client.put_metric_data(Namespace="Own", MetricData=[data[0] | values]))


def test_more_datapoints_to_alarm_than_periods_are_refused(cloudwatch: CloudWatch) -> None:
    with pytest.raises(Exception, match="DatapointsToAlarm"):
        alarm(cloudwatch, DatapointsToAlarm=4)
