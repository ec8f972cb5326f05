"""What a function's environment prints, on its way to CloudWatch Logs.

Lambda writes it as the function's role and never through the function's VPC. Under load it comes in batches, a little
late, as Lambda's does.
"""

from __future__ import annotations

import threading
import time
import uuid

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.logs import publish
from rehearsal.lambda_functions.results import InvocationResult

# What is printed within this time goes out together.
_BATCH_SECONDS = 0.5


class FunctionLog:
    """The log stream of one environment."""

    def __init__(self, cloud: Cloud, role: Actor, group: str, version: str) -> None:
        self._cloud, self._role = cloud, role
        self.group = group
        self.stream = f"{time.strftime('%Y/%m/%d')}/[{version}]{uuid.uuid4().hex}"
        self._waiting: list[str] = []
        self._sent = 0.0
        self._made = False
        self._lock = threading.Lock()

    def add(self, result: InvocationResult, memory: int) -> None:
        """Write an invocation's lines. Raises ClientError where the role may not."""
        id_ = result.request_id
        text = (
            f"START RequestId: {id_} Version: {result.version}\n{result.log}\nEND RequestId: {id_}\n"
            f"REPORT RequestId: {id_}\tDuration: {result.seconds * 1000:.2f} ms\tMemory Size: {memory} MB"
        )
        with self._lock:
            self._waiting.append(text)
            if time.monotonic() - self._sent < _BATCH_SECONDS:
                return
        self.flush()

    def flush(self) -> None:
        """Write what still waits. Raises ClientError where the role may not."""
        with self._lock:
            waiting, self._waiting, self._sent = self._waiting, [], time.monotonic()
        if not waiting:
            return
        client, text = self._cloud.client(self._role, "logs"), "\n".join(waiting)
        publish(client, self.group, self.stream, text, stream_exists=self._made)
        self._made = True
