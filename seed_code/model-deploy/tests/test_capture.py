"""Captured data in a bucket: where it is looked for, and what counts as proof."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from deploy.capture import CaptureLocation, await_capture, capture_location
from tests.in_memory_aws import InMemoryAws

BUCKET = "capture"
ENDPOINT = "mlops-screening-staging"


@pytest.fixture
def s3(aws: InMemoryAws) -> Any:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    assert aws.folder
    return client


def put(s3: Any, when: datetime, lines: list[str]) -> str:
    key = f"screening/{ENDPOINT}/primary/{when:%Y/%m/%d/%H}/{len(lines)}.jsonl"
    s3.put_object(Bucket=BUCKET, Key=key, Body="\n".join(lines).encode())
    return key


def event(inference_id: str, output: str, encoding: str = "CSV") -> str:
    part = {"data": output, "encoding": encoding}
    data = {"endpointInput": {"data": "1,2", "encoding": "CSV"}, "endpointOutput": part}
    return json.dumps({"captureData": data, "eventMetadata": {"inferenceId": inference_id}})


def location(since: datetime | None = None) -> CaptureLocation:
    return capture_location(f"s3://{BUCKET}/screening", ENDPOINT, ["primary"], since or datetime.now(UTC))


def test_the_place_is_the_destination_then_endpoint_then_variant() -> None:
    assert location().prefixes == (f"screening/{ENDPOINT}/primary/",)
    assert capture_location(f"s3://{BUCKET}", ENDPOINT, ["a", "b"], datetime.now(UTC)).prefixes == (
        f"{ENDPOINT}/a/",
        f"{ENDPOINT}/b/",
    )


def test_a_file_of_the_next_hour_is_found(s3: Any) -> None:
    started = datetime.now(UTC) - timedelta(hours=1)
    key = put(s3, datetime.now(UTC), [event("mine", "0.5")])
    check = await_capture(s3, location(started), {"mine": b"0.5\n"}, 0)
    assert (check.status, check.figures["object"]) == ("passed", f"s3://{BUCKET}/{key}")


def test_base64_is_read_too(s3: Any) -> None:
    text = base64.b64encode(b"0.5").decode()
    put(s3, datetime.now(UTC), [event("mine", text, "BASE64")])
    assert await_capture(s3, location(), {"mine": b"0.5"}, 0).status == "passed"


def test_lines_that_are_no_events_are_passed_over(s3: Any) -> None:
    put(s3, datetime.now(UTC), ["garbage", "[]", "{}", event("other", "1"), event("mine", "0.5")])
    assert await_capture(s3, location(), {"mine": b"0.5"}, 0).status == "passed"


def test_a_request_without_its_answer_is_no_proof(s3: Any) -> None:
    put(s3, datetime.now(UTC), [event("mine", "")])
    check = await_capture(s3, location(), {"mine": b"0.5"}, 0)
    assert (check.status, "without endpointOutput" in check.detail) == ("failed", True)


def test_what_arrives_late_is_waited_for(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            put(s3, datetime.now(UTC), [event("mine", "0.5")])

    monkeypatch.setattr("deploy.capture.time.sleep", sleep)
    check = await_capture(s3, location(), {"mine": b"0.5"}, time.monotonic() + 60)
    assert (check.status, len(pauses)) == ("passed", 3)
    assert pauses == sorted(pauses)
