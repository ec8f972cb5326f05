"""After all traffic goes to a new version: the alias is answered by it, and captures of its requests are there.

Where capture is switched off, CloudWatch has counted invocations of this version behind the alias.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from inference_api import hooks
from inference_api.hooks import HookEvent, HookFailed

# Captures come within minutes (SageMaker Developer Guide, "Capture data from real-time endpoint").
WAIT_SECONDS = 600.0
PAUSE_SECONDS = 5.0
# Of one object that is read.
_MOST_BYTES = 64 * 1024 * 1024


def handle(event: Any, _context: Any = None) -> None:
    """Lambda's entry point."""
    hooks.run(event, check, boto3.client("codedeploy"))


def check(event: HookEvent) -> str:
    """What was found. Raises HookFailed."""
    function, version = hooks.new_version()
    captured = int(os.environ["CAPTURE_PERCENT"])
    watch = _captures(event, version) if captured else _invocations(function, version)
    given = hooks.read_checks(boto3.client("s3"), os.environ["CHECKS_URI"], int(os.environ["FEATURE_COUNT"]))
    client = hooks.lambda_client()

    def ask() -> None:
        answer = hooks.call(client, function, os.environ["ALIAS"], given, f"after-{event.deployment}")
        if answer.version != version:
            raise HookFailed(f"the alias is answered by version {answer.version}, not by {version}")
        hooks.require_right(answer.predictions, given)

    found = wait_for(watch, ask)
    if not found:
        what = "captures" if captured else "invocations"
        raise HookFailed(f"no {what} of version {version} within {WAIT_SECONDS:.0f} seconds")
    return f"{'a capture' if captured else 'an invocation'} of version {version}"


def wait_for(
    watch: Callable[[], bool],
    ask: Callable[[], None],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Ask and look until it is found or time is up. Asking again: of many requests a share is captured."""
    until = clock() + WAIT_SECONDS
    while True:
        ask()
        sleep(PAUSE_SECONDS)
        if watch():
            return True
        if clock() >= until:
            return False


def _captures(event: HookEvent, version: str) -> Callable[[], bool]:
    s3, bucket, prefix = boto3.client("s3"), os.environ["CAPTURE_BUCKET"], os.environ["CAPTURE_PREFIX"]
    read: set[str] = set()
    began = datetime.now(UTC)

    def found() -> bool:
        return any(
            is_of_version(line, version, f"after-{event.deployment}")
            for line in _new_lines(s3, bucket, _hours(prefix, began), read)
        )

    return found


def _hours(prefix: str, began: datetime) -> list[str]:
    """Folders of captures from the hour before it began, for clocks differ, to this one."""
    now, hour, folders = datetime.now(UTC), began - timedelta(hours=1), []
    while hour <= now + timedelta(minutes=5):
        folders.append(f"{prefix}/{hour:%Y/%m/%d/%H}/")
        hour += timedelta(hours=1)
    return folders


def _new_lines(s3: Any, bucket: str, folders: list[str], read: set[str]) -> Iterator[str]:
    """Lines of objects that were not read before."""
    for folder in folders:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder):
            for each in page.get("Contents", ()):
                if each["Key"] in read or each["Size"] > _MOST_BYTES:
                    continue
                read.add(each["Key"])
                yield from s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode().splitlines()


def is_of_version(line: str, version: str, request_id: str) -> bool:
    """Whether a captured request says that this version of the function sent it, for this deployment."""
    try:
        attributes = json.loads(line)["eventMetadata"]["customAttributes"]
    except (ValueError, KeyError, TypeError):
        return False
    texts = attributes if isinstance(attributes, list) else [attributes]
    told = {part.strip() for text in texts for part in str(text).split(",")}
    return {f"api-version={version}", f"request-id={request_id}"} <= told


def _invocations(function: str, version: str) -> Callable[[], bool]:
    cloudwatch, alias = boto3.client("cloudwatch"), os.environ["ALIAS"]
    dimensions = {"FunctionName": function, "Resource": f"{function}:{alias}", "ExecutedVersion": version}
    began = datetime.now(UTC)

    def found() -> bool:
        answer = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Invocations",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=began - timedelta(minutes=10),
            EndTime=datetime.now(UTC) + timedelta(minutes=5),
            Period=60,
            Statistics=["Sum"],
        )
        return bool(sum(point["Sum"] for point in answer["Datapoints"]) > 0)

    return found
