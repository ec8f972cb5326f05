"""Access logs: one line for each request in the stage's format, written by the account's role.

Source: Amazon API Gateway Developer Guide, "Setting up CloudWatch logging for a REST API in API Gateway" and "$context
variables for access logging only".
"""

from __future__ import annotations

import contextlib
import re
import threading
import uuid
from collections.abc import Mapping

from botocore.exceptions import ClientError

from rehearsal.apigateway.routes import DeployedStage
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.logs import publish
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.services.apigateway.deployments import account

_VARIABLE = re.compile(r"\$context\.([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)")
_SECONDS = 0.3
# Of one log event (Developer Guide, "Amazon API Gateway important notes").
_MAX_BYTES = 1024


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Setting up CloudWatch logging for a REST API in API Gateway": a '
    "variable without a value is written as -",
)
def log_line(log_format: str, context: Mapping[str, str]) -> str:
    """A line holds what the format's variables are; one that has no value is written as a dash."""
    return _VARIABLE.sub(lambda match: context.get(match[1]) or "-", log_format)


class AccessLogs:
    """Collects lines and writes them a little later, as API Gateway does."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._waiting: dict[tuple[str, str, str], list[str]] = {}
        self._streams: dict[str, tuple[str, bool]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._tend, daemon=True, name="access-logs")
        self._thread.start()

    def add(self, stage: DeployedStage, context: Mapping[str, str]) -> None:
        """Log a request, where the stage has a log."""
        settings = stage.stage.get("accessLogSettings")
        if not settings or not settings.get("destinationArn"):
            return
        line = log_line(settings.get("format", ""), context)
        group = settings["destinationArn"].partition(":log-group:")[2]
        with self._lock:
            self._waiting.setdefault((stage.account, stage.region, group), []).append(line)

    def flush(self) -> None:
        """Write what waits. What the account's role may not write is lost, as in AWS."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for (owner, region, group), lines in waiting.items():
            with contextlib.suppress(ClientError, NotTrusted):
                self._write(owner, region, group, lines)

    def close(self) -> None:
        """Write what waits, and nothing more."""
        self._closing.set()
        self._thread.join(5)
        self.flush()

    def _tend(self) -> None:
        while not self._closing.wait(_SECONDS):
            self.flush()

    def _write(self, owner: str, region: str, group: str, lines: list[str]) -> None:
        role = account(self._cloud.records(owner, region)).get("cloudwatchRoleArn")
        if not role:
            return
        actor = self._cloud.service_assume(
            str(role), service="apigateway.amazonaws.com", session="BackplaneAssumeRoleSession", region=region
        )
        stream, made = self._streams.get(f"{owner}/{group}", (uuid.uuid4().hex, False))
        publish(self._cloud.client(actor, "logs", region), group, stream, "\n".join(lines), stream_exists=made)
        self._streams[f"{owner}/{group}"] = (stream, True)
