"""Endpoints answer over HTTP with the model's own processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.accounts import STAGING, DataScienceAccount, json_lines
from tests.rehearsal.workload import BUCKET, CAPTURE, ENDPOINT, ServingAccount, make_workload


@pytest.fixture
def workload(data_science: DataScienceAccount, models: Path) -> ServingAccount:
    return make_workload(data_science, models)


def captured(workload: ServingAccount) -> list[tuple[str, Any]]:
    workload.data_science.sagemaker.hosting.flush()
    s3 = workload.client("s3")
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=CAPTURE).get("Contents", ())]
    return [(key, line) for key in keys for line in json_lines(s3.get_object(Bucket=CAPTURE, Key=key)["Body"].read())]


def single(values: list[float]) -> Any:
    return np.array(values, dtype=np.float32)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_endpoint_answers_what_the_booster_answers(workload: ServingAccount) -> None:
    described = workload.endpoint(workload.config("one", workload.package()))
    assert described["EndpointStatus"] == "InService", described
    answers = workload.answers(workload.rows())
    assert np.array_equal(single(answers), single(workload.expected()))


def test_the_artifact_is_fetched_as_the_model_role_from_the_model_vpc(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package()))
    requests = workload.data_science.cloud.recorder.requests
    (read,) = [
        line
        for line in requests
        if line.resource == f"arn:aws:s3:::{BUCKET}/models/first/model.tar.gz"
        if line.operation == "GetObject"
    ]
    assert (read.role, read.account) == (workload.role, STAGING)
    assert read.endpoint
    assert read.endpoint.startswith("vpce-")


def test_a_package_of_another_account_is_read_with_the_rights_of_who_creates_the_model(
    workload: ServingAccount,
) -> None:
    package = workload.package()
    workload.config("one", package)
    requests = [
        line for line in workload.data_science.cloud.recorder.requests if line.operation == "DescribeModelPackage"
    ]
    assert [(line.role, line.resource) for line in requests] == [(workload.deployer.role_arn, package)]
    container = workload.client("sagemaker").describe_model(ModelName="one-0")
    assert container["Containers"] == [{"ModelPackageName": package}]
    assert container["EnableNetworkIsolation"] is True


def test_a_child_process_reaches_the_endpoint_over_loopback(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package()))
    script = f"""
import boto3
client = boto3.client("sagemaker-runtime")
answer = client.invoke_endpoint(EndpointName="{ENDPOINT}", Body="0.5,0.5", ContentType="text/csv", Accept="text/csv")
print(answer["ResponseMetadata"]["HTTPStatusCode"], answer["InvokedProductionVariant"], answer["Body"].read())
"""
    environment = {"PATH": "/usr/bin:/bin", **workload.deployer.environment(workload.data_science.cloud.endpoint_url)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("200 primary b'0."), done.stderr


def test_a_bad_row_is_a_model_error_with_the_containers_own_status_and_words(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package()))
    with pytest.raises(ClientError) as error:
        workload.ask([[1.0, 2.0, 3.0]])
    response = error.value.response
    assert response["Error"]["Code"] == "ModelError"
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["OriginalStatusCode"]) == (424, 400)
    assert "error" in json.loads(response["OriginalMessage"])


def test_an_endpoint_that_does_not_exist_is_a_validation_error(workload: ServingAccount) -> None:
    with pytest.raises(ClientError, match=f"Endpoint {ENDPOINT} of account {STAGING} not found"):
        workload.ask([[1.0, 2.0]])


def test_requests_are_captured_under_the_accounts_key_as_the_model_role(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package(), capture=100))
    workload.ask([[0.5, 0.25]], InferenceId="request-7")
    ((key, line),) = captured(workload)
    assert key.startswith(f"screening/{ENDPOINT}/primary/20")
    assert key.endswith(".jsonl")
    assert len(key.split("/")) == 8
    given = line["captureData"]["endpointInput"]
    assert given == {"observedContentType": "text/csv", "mode": "INPUT", "data": "0.5,0.25", "encoding": "CSV"}
    answer = line["captureData"]["endpointOutput"]
    assert (answer["mode"], answer["encoding"]) == ("OUTPUT", "BASE64")
    assert (line["eventMetadata"]["inferenceId"], line["eventVersion"]) == ("request-7", "0")
    head = workload.client("s3").head_object(Bucket=CAPTURE, Key=key)
    assert head["SSEKMSKeyId"] == workload.key
    (put,) = [
        r for r in workload.data_science.cloud.recorder.requests if r.operation == "PutObject" and CAPTURE in r.resource
    ]
    assert put.role == workload.role


def test_nothing_is_captured_at_zero_percent(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package(), capture=0))
    workload.answers(workload.rows())
    assert captured(workload) == []


def test_an_update_serves_the_old_model_until_the_new_one_is_ready(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package("first")))
    before = workload.data_science.sagemaker.hosting.processes()
    second = workload.config("two", workload.package("second"))
    rows = workload.rows()
    workload.client("sagemaker").update_endpoint(EndpointName=ENDPOINT, EndpointConfigName=second)
    seen: list[list[float]] = []
    client = workload.client("sagemaker")
    while client.describe_endpoint(EndpointName=ENDPOINT)["EndpointStatus"] == "Updating":
        seen.append(workload.answers(rows))
    seen.append(workload.answers(rows))
    expected = (workload.expected("first"), workload.expected("second"))
    assert all(any(np.array_equal(single(s), single(w)) for w in expected) for s in seen)
    assert np.array_equal(single(seen[0]), single(expected[0]))
    assert np.array_equal(single(seen[-1]), single(expected[1]))
    workload.data_science.sagemaker.hosting.close()
    assert not any(alive(pid) for pid in before)


def test_a_failed_update_keeps_the_old_model(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package("first")))
    broken = workload.config("two", workload.package("second", content=b"no archive"))
    described = workload.update(broken)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "one")
    assert "not a sound tar.gz" in described["FailureReason"]
    assert np.array_equal(single(workload.answers(workload.rows())), single(workload.expected()))


def test_an_update_is_rolled_back_when_its_alarm_fires(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package("first")))
    cloudwatch = workload.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="5xx",
        MetricName="Invocation5XXErrors",
        Namespace="AWS/SageMaker",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName="5xx", StateValue="ALARM", StateReason="test")
    routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    deployment = {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "5xx"}]},
    }
    described = workload.update(workload.config("two", workload.package("second")), DeploymentConfig=deployment)
    assert described["EndpointConfigName"] == "one"
    assert described["FailureReason"] == "rolled back: alarm 5xx is in state ALARM"
    assert np.array_equal(single(workload.answers(workload.rows())), single(workload.expected()))


def test_an_unreadable_model_fails_the_endpoint_with_the_containers_reason(
    workload: ServingAccount, tmp_path: Path
) -> None:
    from rehearsal.sagemaker import storage

    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "schema.json").write_text("{}")
    described = workload.endpoint(workload.config("one", workload.package(content=storage.pack(tmp_path / "m"))))
    assert described["EndpointStatus"] == "Failed"
    assert "did not pass the ping health check" in described["FailureReason"]
    assert "schema.json" in described["FailureReason"]


def test_a_model_vpc_without_an_s3_endpoint_cannot_fetch_its_artifact(workload: ServingAccount) -> None:
    ec2 = workload.client("ec2")
    ids = [endpoint["VpcEndpointId"] for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]]
    ec2.delete_vpc_endpoints(VpcEndpointIds=ids)
    described = workload.endpoint(workload.config("one", workload.package()))
    assert described["EndpointStatus"] == "Failed"
    assert "com.amazonaws.eu-west-1.s3" in described["FailureReason"]


def test_weights_share_requests_between_variants(workload: ServingAccount) -> None:
    first, second = workload.package("first"), workload.package("second")
    workload.endpoint(workload.config("both", first, second, weights=(1.0, 3.0)))
    row = workload.rows()[:1]
    served = [workload.ask(row)["InvokedProductionVariant"] for _ in range(80)]
    assert 8 <= served.count("primary") <= 35
    assert workload.ask(row, TargetVariant="primary")["InvokedProductionVariant"] == "primary"
    workload.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT, DesiredWeightsAndCapacities=[{"VariantName": "primary", "DesiredWeight": 0.0}]
    )
    assert {workload.ask(row)["InvokedProductionVariant"] for _ in range(20)} == {"other-1"}


def test_a_sabotaged_endpoint_answers_wrongly_and_only_it(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package()))
    workload.data_science.sagemaker.hosting.sabotage = lambda name: name == ENDPOINT
    answers = workload.answers(workload.rows())
    assert not np.isclose(answers, workload.expected()).any()
    assert all(0 <= answer <= 1 for answer in answers)
    workload.data_science.sagemaker.hosting.sabotage = lambda name: name == "another"
    assert np.array_equal(single(workload.answers(workload.rows())), single(workload.expected()))


def test_requests_and_errors_are_counted_in_cloudwatch(workload: ServingAccount) -> None:
    from datetime import UTC, datetime, timedelta

    workload.endpoint(workload.config("one", workload.package()))
    workload.answers(workload.rows())
    with pytest.raises(ClientError):
        workload.ask([[1.0]])
    workload.data_science.sagemaker.hosting.flush()

    def total(metric: str) -> float:
        answer = workload.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[{"Name": "EndpointName", "Value": ENDPOINT}, {"Name": "VariantName", "Value": "primary"}],
            StartTime=datetime.now(UTC) - timedelta(hours=1),
            EndTime=datetime.now(UTC) + timedelta(hours=1),
            Period=7200,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in answer["Datapoints"]))

    assert (total("Invocations"), total("Invocation4XXErrors"), total("Invocation5XXErrors")) == (2.0, 1.0, 0.0)
    assert total("ModelLatency") > 100


def test_deleting_an_endpoint_ends_its_processes(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package()))
    pids = workload.data_science.sagemaker.hosting.processes()
    assert all(alive(pid) for pid in pids)
    workload.client("sagemaker").delete_endpoint(EndpointName=ENDPOINT)
    workload.data_science.sagemaker.hosting.close()
    assert not any(alive(pid) for pid in pids)
    with pytest.raises(ClientError, match="not found"):
        workload.ask([[1.0, 2.0]])


def test_an_endpoint_announces_that_it_is_in_service(workload: ServingAccount) -> None:
    workload.endpoint(workload.config("one", workload.package()))
    events = [
        (account, event["detail"]["EndpointStatus"])
        for account, _, event in workload.data_science.events
        if event["detail-type"] == "SageMaker Endpoint State Change"
    ]
    assert events == [(STAGING, "IN_SERVICE")]
