"""Whether SageMaker really wrote down what it was asked and what it answered.

Files are `<destination>/<endpoint>/<variant>/yyyy/mm/dd/hh/*.jsonl`, one event a line, and may arrive minutes
later (SageMaker Developer Guide, "Capture data from real-time endpoint").
"""

import base64
import json
import time
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.report import CheckResult, failed, passed

NAME = "data capture"
_LONGEST_PAUSE = 15.0
# S3 rounds its times to seconds, and its clock is not this one.
_CLOCK_MARGIN = timedelta(minutes=1)


@dataclass(frozen=True)
class CaptureLocation:
    """Where an endpoint's variants write, and since when it matters."""

    bucket: str
    prefixes: tuple[str, ...]  # one for each variant, with a slash at the end
    since: datetime


def capture_location(
    destination: str, endpoint: str, variants: list[str], since: datetime
) -> CaptureLocation:
    """From the destination that DescribeEndpointConfig says."""
    bucket, _, prefix = destination.removeprefix("s3://").partition("/")
    base = f"{prefix.rstrip('/')}/" if prefix else ""
    return CaptureLocation(bucket, tuple(f"{base}{endpoint}/{variant}/" for variant in variants), since)


def await_capture(
    s3: Any, location: CaptureLocation, sent: Mapping[str, bytes], deadline: float
) -> CheckResult:
    """Waits until one of the requests `sent` (inference id to answer) is found, or until `deadline`
    (`time.monotonic`). At less than 100 percent only some are captured, so one is proof."""
    seen: set[str] = set()
    found = await_event(s3, location, lambda event: _sent_id(event, sent), deadline, seen)
    if found:
        uri, event, inference_id = found
        return _judge(uri, event, sent[inference_id])
    detail = f"none of {len(sent)} requests is in {len(seen)} files under s3://{location.bucket}/"
    return failed(NAME, detail + ", ".join(location.prefixes), files=len(seen))


def await_event(
    s3: Any,
    location: CaptureLocation,
    known: Callable[[Mapping[str, Any]], str],
    deadline: float,
    seen: set[str],
) -> tuple[str, Mapping[str, Any], str] | None:
    """Address, event and name of the first event that is known by a name; None after `deadline`.

    `known` gives an event's name, empty for another's; `seen` takes up the keys that were read.
    """
    pause = 0.2
    while True:
        for uri, event in _new_events(s3, location, seen):
            if name := known(event):
                return uri, event, name
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _sent_id(event: Mapping[str, Any], sent: Container[str]) -> str:
    inference_id = str(event.get("eventMetadata", {}).get("inferenceId", ""))
    return inference_id if inference_id in sent else ""


def _judge(uri: str, event: Mapping[str, Any], answer: bytes) -> CheckResult:
    data = event.get("captureData", {})
    missing = [part for part in ("endpointInput", "endpointOutput") if not data.get(part, {}).get("data")]
    if missing:
        return failed(NAME, f"{uri} holds this test's request without {' and '.join(missing)}", object=uri)
    if payload(data["endpointOutput"]).strip() != answer.strip():
        return failed(NAME, f"{uri} holds another answer than the endpoint gave", object=uri)
    return passed(NAME, f"this test's request and answer are in {uri}", object=uri)


def payload(part: Mapping[str, Any]) -> bytes:
    """The content of a captured request or answer."""
    text = str(part["data"])
    return base64.b64decode(text) if part.get("encoding") == "BASE64" else text.encode()


def captured_lines(s3: Any, bucket: str, prefix: str, since: datetime) -> Iterator[bytes]:
    """Every line below `<prefix>yyyy/mm/dd/hh/` that was written since a moment."""
    location = CaptureLocation(bucket, (prefix,), since)
    for key in _new_keys(s3, location, set()):
        yield from s3.get_object(Bucket=bucket, Key=key)["Body"].iter_lines()


def _new_events(
    s3: Any, location: CaptureLocation, seen: set[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key in _new_keys(s3, location, seen):
        body = s3.get_object(Bucket=location.bucket, Key=key)["Body"]
        for line in body.iter_lines():
            event = _event(line)
            if event is not None:
                yield f"s3://{location.bucket}/{key}", event
        seen.add(key)


def _event(line: bytes) -> Mapping[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None  # a line of somebody else's file: not this test's event
    return event if isinstance(event, dict) else None


def _new_keys(s3: Any, location: CaptureLocation, seen: set[str]) -> list[str]:
    pages = s3.get_paginator("list_objects_v2")
    since = location.since - _CLOCK_MARGIN
    return [
        item["Key"]
        for prefix in location.prefixes
        for hour in _hours(since, datetime.now(UTC) + _CLOCK_MARGIN)
        for page in pages.paginate(Bucket=location.bucket, Prefix=f"{prefix}{hour:%Y/%m/%d/%H}/")
        for item in page.get("Contents", [])
        if item["Key"] not in seen and item["LastModified"] >= since
    ]


def _hours(first: datetime, last: datetime) -> list[datetime]:
    hour = first.replace(minute=0, second=0, microsecond=0)
    count = int((last - hour).total_seconds() // 3600) + 1
    return [hour + timedelta(hours=number) for number in range(count)]
