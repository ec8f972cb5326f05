"""Data capture, metrics and logs of endpoints, delivered within a second of the request."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudwatch.models import cloudwatch_backends

from rehearsal.aws import logs
from rehearsal.aws.cloud import Cloud
from rehearsal.sagemaker import capture, storage
from rehearsal.sagemaker.servers import ModelServer
from rehearsal.services.sagemaker.runtime_patches import now

# Account, region, endpoint.
EndpointKey = tuple[str, str, str]
_SECONDS = 0.5
METRICS_NAMESPACE = "AWS/SageMaker"
_Capture = tuple[ModelServer, Mapping[str, Any], capture.CapturedExchange]


def request_metrics(status: int, microseconds: float) -> dict[str, tuple[str, float]]:
    """Unit and value of each metric of one request.

    Names and units: SageMaker Developer Guide, "Amazon SageMaker AI metrics in Amazon CloudWatch".
    """
    client_error, server_error = float(400 <= status < 500), float(status == 0 or status >= 500)
    return {
        "Invocations": ("Count", 1.0),
        "Invocation4XXErrors": ("Count", client_error),
        "Invocation5XXErrors": ("Count", server_error),
        "InvocationModelErrors": ("Count", float(not 200 <= status < 300)),
        "ModelLatency": ("Microseconds", microseconds),
    }


class Publisher:
    """Delivers in the background. `problems` lists deliveries that were refused."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.problems: list[str] = []
        self._captures: list[tuple[EndpointKey, _Capture]] = []
        self._metrics: list[tuple[EndpointKey, list[dict[str, Any]]]] = []
        self._lock, self._flushing = threading.Lock(), threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def captured(
        self, key: EndpointKey, server: ModelServer, config: Mapping[str, Any], exchange: capture.CapturedExchange
    ) -> None:
        """Take an exchange for delivery."""
        with self._lock:
            self._captures.append((key, (server, config, exchange)))
        self._wake()

    def count(self, key: EndpointKey, server: ModelServer, values: Mapping[str, tuple[str, float]]) -> None:
        """Take the metrics of one request (unit and value by name) for delivery."""
        names = {"EndpointName": key[2], "VariantName": server.variant}
        data = [
            {
                "MetricName": metric,
                "Dimensions": [{"Name": key, "Value": value} for key, value in names.items()],
                "Timestamp": now(),
                "Value": value,
                "Unit": unit,
            }
            for metric, (unit, value) in values.items()
        ]
        with self._lock:
            self._metrics.append((key, data))
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._deliver, daemon=True, name="endpoint-publisher")
                self._thread.start()

    def _deliver(self) -> None:
        while not self._ended.wait(_SECONDS):
            self.flush()

    def flush(self) -> None:
        """Deliver everything taken so far."""
        with self._flushing:
            with self._lock:
                captures, self._captures = self._captures, []
                metrics, self._metrics = self._metrics, []
            for (account, region, _), data in metrics:
                # SageMaker publishes into its own namespace, which no role can write to.
                cloudwatch_backends[account][region].put_metric_data(METRICS_NAMESPACE, data)
            groups: dict[tuple[EndpointKey, int], list[_Capture]] = defaultdict(list)
            for key, entry in captures:
                groups[key, id(entry[0])].append(entry)
            for (key, _), entries in groups.items():
                self._upload(key, entries)

    def _upload(self, key: EndpointKey, entries: list[_Capture]) -> None:
        """As the endpoint's execution role, from the model's VPC."""
        server, config, last = entries[-1]
        content = "".join(capture.line(config, exchange) + "\n" for _, _, exchange in entries)
        target = capture.address(config, key[2], server.variant, last.at)
        encrypted = storage.output_encryption(config.get("KmsKeyId"))
        try:
            storage.put(self._cloud.client(server.role, "s3"), target, content.encode(), encrypted)
        except ClientError as error:
            self.problems.append(f"capture of {key[2]}: {logs.refused(error)}")
        except BotoCoreError as error:
            self.problems.append(f"capture of {key[2]}: {error}")

    def server_log(self, key: EndpointKey, server: ModelServer) -> None:
        """Send what a server has printed since the last time to CloudWatch Logs."""
        with self._flushing:
            content = server.log.read_bytes() if server.log.is_file() else b""
            fresh = content[server.logged :].rpartition(b"\n")[0]
            if not fresh:
                return
            server.logged += len(fresh) + 1
            outside = self._cloud.in_vpc(server.role, None)
            stream = f"{server.variant}/i-{server.port:017d}"
            group = f"/aws/sagemaker/Endpoints/{key[2]}"
            try:
                logs.publish(self._cloud.client(outside, "logs"), group, stream, fresh.decode("utf-8", "replace"))
            except (ClientError, BotoCoreError) as error:
                self.problems.append(f"log of {key[2]}: {error}")

    def close(self) -> None:
        """Deliver the rest and end."""
        self._ended.set()
        if self._thread:
            self._thread.join(10)
        self.flush()


def capture_summary(config: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """DescribeEndpoint's DataCaptureConfig of an endpoint configuration's."""
    if not config:
        return None
    enabled = bool(config.get("EnableCapture"))
    summary = {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId"),
    }
    return {key: value for key, value in summary.items() if value is not None}
