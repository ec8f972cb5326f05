"""A new fleet that answers wrongly is rolled back by the alarm of the delivered template; a right one is not."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from catalog.names import ENDPOINT_METRICS
from delivery.alarms import rollback_alarms
from functions.endpoint_checker import handler
from functions.endpoint_checker.config import CheckerConfig
from functions.endpoint_checker.handler import Clients, check
from rehearsal.cloudwatch.alarms import CloudWatch
from tests.rehearsal.accounts import REGION, STAGING, DataScienceAccount
from tests.rehearsal.workload import ENDPOINT, ServingAccount, make_workload

ALARM = "wrong-answers"


@pytest.fixture
def workload(data_science: DataScienceAccount, models: Path) -> Iterator[ServingAccount]:
    """An account of four instances whose alarms are evaluated, and whose endpoint serves the first model."""
    handler._read.clear()
    with CloudWatch(data_science.cloud) as cloudwatch:
        data_science.sagemaker.hosting.report = cloudwatch.report
        account = make_workload(data_science, models)
        account.endpoint(config(account, "first", account.package("first")))
        yield account


def config(workload: ServingAccount, name: str, package: str) -> str:
    """A configuration of a package, as the delivered template makes it: the model says where its checks are."""
    client, version = workload.client("sagemaker"), package.rpartition("/")[2]
    rows = [",".join(map(repr, row)) for row in workload.rows(name)]
    expected = [[answer] for answer in workload.expected(name)]
    checks = {"contentType": "text/csv", "rows": rows, "expected": expected, "tolerance": 0}
    content = json.dumps(checks)
    uri = workload.data_science.put(f"screening/checks/{version}/checks.json", content)
    environment = {
        "MODEL_PACKAGE_ARN": package,
        "CHECKS_URI": uri,
        "CHECKS_SHA256": hashlib.sha256(content.encode()).hexdigest(),
    }
    client.create_model(
        ModelName=name,
        Containers=[{"ModelPackageName": package, "Environment": environment}],
        ExecutionRoleArn=workload.role,
        VpcConfig=workload.network,
        EnableNetworkIsolation=True,
    )
    variant = {
        "VariantName": "primary",
        "ModelName": name,
        "InitialInstanceCount": 4,
        "InstanceType": "ml.m7i.large",
        "InitialVariantWeight": 1.0,
    }
    client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], KmsKeyId=workload.key)
    return name


def put_alarm(workload: ServingAccount, package: str) -> str:
    """The rollback alarm of the template, its references filled in."""
    properties: dict[str, Any] = rollback_alarms()["NewFleetWrongAnswersAlarm"]["Properties"]
    version = package.rpartition("/")[2]
    values = {"EndpointName": ENDPOINT, "ModelPackageVersion": version}
    names = [dimension["Name"] for dimension in properties["Dimensions"]]
    plain = {
        name: value
        for name, value in properties.items()
        if name not in {"AlarmActions", "AlarmDescription", "OKActions", "Tags"}
    }
    workload.client("cloudwatch").put_metric_alarm(
        **{**plain, "AlarmName": ALARM, "Dimensions": [{"Name": name, "Value": values[name]} for name in names]}
    )
    return ALARM


@contextmanager
def checked_each_minute(workload: ServingAccount) -> Iterator[None]:
    """The checker runs as its schedule would have it."""
    names = ("sagemaker", "sagemaker-runtime", "s3", "cloudwatch")
    clients = Clients(*(workload.client(name) for name in names))
    own = CheckerConfig(account=STAGING, region=REGION, endpoint=ENDPOINT, namespace=ENDPOINT_METRICS)
    ended, clock = threading.Event(), workload.data_science.cloud.clock

    def work() -> None:
        while not ended.is_set() and clock.wait(60):
            check(clients, own, "test")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(60)


def update(workload: ServingAccount, second: str, alarm: str) -> dict[str, Any]:
    """A canary of one instance of four for ten minutes, then all."""
    routing = {
        "Type": "CANARY",
        "WaitIntervalInSeconds": 600,
        "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 1},
    }
    return workload.update(
        second,
        DeploymentConfig={
            "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]},
        },
    )


@pytest.mark.parametrize("wrong", [True, False], ids=["wrong", "right"])
def test_a_new_fleet_is_rolled_back_where_it_answers_wrongly_and_nowhere_else(
    workload: ServingAccount, wrong: bool
) -> None:
    package = workload.package("second")
    second, alarm = config(workload, "second", package), put_alarm(workload, package)
    starter = workload.data_science.sagemaker.hosting.starter
    starter.fault = lambda _, model: "wrong-answers" if wrong and model.name == "second" else ""
    with checked_each_minute(workload):
        described = update(workload, second, alarm)
    serves = "first" if wrong else "second"
    assert described["EndpointConfigName"] == serves
    assert described.get("FailureReason", "") == ("rolled back: alarm wrong-answers is in state ALARM" if wrong else "")
    assert workload.answers(workload.rows()) == pytest.approx(workload.expected(serves), abs=0)


def test_without_checks_a_fleet_that_answers_wrongly_would_stay(workload: ServingAccount) -> None:
    """What the checks are for: no other metric of SageMaker's tells a wrong answer from a right one."""
    package = workload.package("second")
    second, alarm = config(workload, "second", package), put_alarm(workload, package)
    starter = workload.data_science.sagemaker.hosting.starter
    starter.fault = lambda _, model: "wrong-answers" if model.name == "second" else ""
    assert update(workload, second, alarm)["EndpointConfigName"] == "second"
