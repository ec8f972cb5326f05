"""What two variants answered, read from captures, the truth and metrics; lines of others stop nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deploy.observations import ComparedEndpoint, read_observations, read_truth

NOW = datetime.now(UTC)
ENDPOINT = ComparedEndpoint("e", "captures", "screening", NOW - timedelta(hours=1))


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="captures")
        yield client


@pytest.fixture
def cloudwatch(s3: Any) -> Any:
    del s3
    return boto3.client("cloudwatch", region_name="us-east-1")


def put(s3: Any, folder: str, *lines: str) -> None:
    key = f"screening/{folder}/{NOW:%Y/%m/%d/%H}/one.jsonl"
    s3.put_object(Bucket="captures", Key=key, Body="\n".join(lines).encode())


def event(inference_id: str, answer: str = "0.5\n", asked: str = "1,2") -> str:
    data = {
        "endpointInput": {"data": asked, "encoding": "CSV"},
        "endpointOutput": {"data": answer, "encoding": "CSV", "observedContentType": "text/csv"},
    }
    metadata = {"inferenceId": inference_id} if inference_id else {}
    return json.dumps({"captureData": data, "eventMetadata": metadata | {"eventId": "1"}})


def test_answers_are_put_beside_the_truth_by_request_and_row(s3: Any, cloudwatch: Any) -> None:
    put(s3, "e/primary", event("a", "0.25\n0.75\n"), event("b"))
    truth = {"groundTruthData": {"data": "0,1", "encoding": "CSV"}, "eventMetadata": {"eventId": "a"}}
    put(s3, "ground-truth/e", json.dumps(truth))
    found = read_observations(s3, cloudwatch, ENDPOINT, "primary", read_truth(s3, ENDPOINT))
    assert found.labelled() == [(0.0, (0.25,)), (1.0, (0.75,))]
    assert len(found.answers) == 3


def test_the_accounts_own_checks_and_lines_of_others_are_left_out(s3: Any, cloudwatch: Any) -> None:
    put(
        s3,
        "e/primary",
        event("check-1-0"),
        "no JSON",
        "[]",
        '{"captureData": {}}',
        event("b", "words"),
        event("c"),
    )
    put(s3, "ground-truth/e", "no JSON", "{}", '{"groundTruthData": 1}', '{"groundTruthData": {"data": "x"}}')
    assert read_truth(s3, ENDPOINT) == {}
    found = read_observations(s3, cloudwatch, ENDPOINT, "primary", {})
    assert set(found.answers) == {"c/0"}


def test_without_an_id_the_same_request_is_the_same_pair(s3: Any, cloudwatch: Any) -> None:
    put(s3, "e/primary", event("", "0.1\n", "1,2"), event("", "0.2\n", "3,4"))
    put(s3, "e/challenger", event("", "0.3\n", "3,4\n"))
    first, second = (
        read_observations(s3, cloudwatch, ENDPOINT, name, {}) for name in ("primary", "challenger")
    )
    (both,) = first.answers.keys() & second.answers.keys()
    assert (first.answers[both], second.answers[both]) == ((0.2,), (0.3,))


def test_metrics_are_of_the_variant_and_since_both_serve(s3: Any, cloudwatch: Any) -> None:
    for variant, latency in (("primary", 2000.0), ("challenger", 9000.0)):
        dimensions = [{"Name": "EndpointName", "Value": "e"}, {"Name": "VariantName", "Value": variant}]
        data = [
            {
                "MetricName": name,
                "Dimensions": dimensions,
                "Timestamp": NOW - timedelta(minutes=5),
                "Value": value,
            }
            for name, value in (("Invocations", 1.0), ("Invocation5XXErrors", 1.0), ("ModelLatency", latency))
        ]
        cloudwatch.put_metric_data(Namespace="AWS/SageMaker", MetricData=data)
    found = read_observations(s3, cloudwatch, ENDPOINT, "challenger", {})
    assert (found.requests, found.errors, list(found.latencies_ms)) == (1, 1, [9.0])
