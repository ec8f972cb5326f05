"""A process's output to CloudWatch Logs."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from botocore.exceptions import ClientError

# PutLogEvents takes 10,000 events and 1 MiB in a batch, counting 26 bytes for each event (CloudWatch Logs quotas).
_BATCH_EVENTS = 10_000
_BATCH_BYTES = 1 << 20
_EVENT_BYTES = 26


def publish(client: Any, group: str, stream: str, text: str, *, stream_exists: bool = False) -> None:
    """Write each line of `text` as an event of a stream, which is made if need be.

    A group that is there is not asked for again: who may only write to it must be able to.
    """
    if not stream_exists:
        _make_stream(client, group, stream)
    now = int(time.time() * 1000)
    lines = [line for line in text.splitlines() if line]
    for batch in _batches(lines):
        events = [{"timestamp": now, "message": line} for line in batch]
        client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def _make_stream(client: Any, group: str, stream: str) -> None:
    with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
        try:
            client.create_log_stream(logGroupName=group, logStreamName=stream)
        except client.exceptions.ResourceNotFoundException:
            with contextlib.suppress(client.exceptions.ResourceAlreadyExistsException):
                client.create_log_group(logGroupName=group)
            client.create_log_stream(logGroupName=group, logStreamName=stream)


def _batches(lines: list[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    size = _BATCH_BYTES
    for line in lines:
        needed = len(line.encode()) + _EVENT_BYTES
        if size + needed > _BATCH_BYTES or len(batches[-1]) == _BATCH_EVENTS:
            batches.append([])
            size = 0
        batches[-1].append(line)
        size += needed
    return batches


def refused(error: ClientError) -> str:
    """An AWS error in one line."""
    detail = error.response.get("Error", {})
    return f"{error.operation_name}: {detail.get('Code', 'Error')}: {detail.get('Message', '')}".strip()
