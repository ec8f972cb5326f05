"""Asynchronous endpoints: a queue of requests, answers as objects, and a fleet that comes when somebody waits.

Sources: botocore, sagemaker-runtime InvokeEndpointAsync, sagemaker AsyncInferenceConfig; SageMaker Developer Guide,
"Asynchronous inference", "Autoscale an asynchronous endpoint", "Monitor asynchronous endpoint".
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.answers import Answer
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.requests import SignedRequest
from rehearsal.sagemaker import invocations, storage
from rehearsal.sagemaker.fleets import Fleet
from rehearsal.sagemaker.publishing import METRICS_NAMESPACE, EndpointKey
from rehearsal.sagemaker.servers import ModelServer
from rehearsal.sagemaker.updates import FleetHost
from rehearsal.service_model.aws_behavior import aws_behavior

_COUNT = "sagemaker:variant:DesiredInstanceCount"
# Target tracking takes away what was idle for so many minutes (Application Auto Scaling User Guide, "Target tracking
# scaling policies": 15 datapoints).
_IDLE_MINUTES = 15
_MINUTE = 60.0
Report = Callable[[str, str, str, Mapping[str, str], Mapping[str, float]], None]
# Tells of an answer: endpoint, fleet, server, reply.
Told = Callable[[EndpointKey, Fleet, ModelServer, invocations.ContainerReply], None]


@dataclass(frozen=True)
class QueuedRequest:
    """One request: where it is, where its answer or failure goes, what it is told to the container with."""

    source: str
    output: str
    failure: str
    headers: Mapping[str, str]


@dataclass
class _Queue:
    requests: list[QueuedRequest] = field(default_factory=list)
    idle_minutes: int = 0


class AsynchronousEndpoints:
    """Works on the queues in the background, and scales fleets each minute of AWS's."""

    def __init__(self, cloud: Cloud, host: FleetHost, report: Callable[[], Report], told: Told) -> None:
        self._cloud, self._host, self._report, self._told = cloud, host, report, told
        self._queues: dict[EndpointKey, _Queue] = {}
        self._lock, self._closed = threading.Lock(), threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, key: EndpointKey) -> None:
        """Begin with an endpoint that is in service."""
        with self._lock:
            if key in self._queues or self._closed.is_set():
                return
            self._queues[key] = _Queue()
        for work in (self._answer, self._scale):
            thread = threading.Thread(target=work, args=(key,), daemon=True, name=f"asynchronous-{key[2]}")
            self._threads.append(thread)
            thread.start()

    def end(self, key: EndpointKey) -> None:
        """An endpoint goes, and what waits with it."""
        self._queues.pop(key, None)

    def close(self) -> None:
        """End all work."""
        self._closed.set()
        for thread in self._threads:
            thread.join(30)

    # ---- requests

    def invoke(self, actor: Actor, question: SignedRequest, _: Any) -> Answer:
        """Handler of sagemaker-runtime:InvokeEndpointAsync."""
        given = question.parameters
        name = str(given.get("EndpointName", ""))
        key = (actor.account, question.region, name)
        serving = self._host.serving(key)
        if serving is None:
            return invocations.error(400, "ValidationError", f"Endpoint {name} of account {actor.account} not found.")
        config = serving.current.config.get("AsyncInferenceConfig")
        if not config:
            return invocations.error(400, "ValidationError", f"Endpoint {name} is not asynchronous.")
        source = str(given.get("InputLocation", ""))
        if not source.startswith("s3://"):
            return invocations.error(400, "ValidationError", "InputLocation is the address of an object in S3.")
        queued = _queued(config, given, source)
        with self._lock:
            self._queues[key].requests.append(queued)
        headers = {
            "Content-Type": "application/json",
            "X-Amzn-SageMaker-OutputLocation": queued.output,
            "X-Amzn-SageMaker-FailureLocation": queued.failure,
        }
        body = json.dumps({"InferenceId": queued.headers["X-Amzn-SageMaker-Inference-Id"]}).encode()
        return 202, headers, body

    def _answer(self, key: EndpointKey) -> None:
        while key in self._queues and not self._closed.wait(0.05):
            serving = self._host.serving(key)
            if serving is None or not instances(self._host.record(key)):
                continue
            with self._lock:
                waiting = self._queues[key].requests if key in self._queues else []
                request = waiting.pop(0) if waiting else None
            if request:
                self._work(key, serving.current, request)

    def _work(self, key: EndpointKey, fleet: Fleet, request: QueuedRequest) -> None:
        """Fetch, ask, and write the answer, as the model's role."""
        server = fleet.servers[0]
        s3 = self._cloud.client(server.role, "s3")
        encrypted = storage.output_encryption(fleet.config["AsyncInferenceConfig"]["OutputConfig"].get("KmsKeyId"))
        try:
            bucket, place = storage.bucket_and_key(request.source)
            body = s3.get_object(Bucket=bucket, Key=place)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            text = logs.refused(error) if isinstance(error, ClientError) else str(error)
            reply = invocations.ContainerReply(0, f"Failed to read {request.source}: {text}".encode(), "", None, 0.0)
        else:
            reply = invocations.send(server, request.headers, body)
        self._told(key, fleet, server, reply)
        target = request.output if reply.status == 200 else request.failure
        try:
            storage.put(s3, target, reply.body, encrypted)
        except (ClientError, BotoCoreError) as error:
            logs_of = getattr(self._host, "publisher", None)
            if logs_of:
                logs_of.problems.append(f"answer of {key[2]}: {error}")

    # ---- scaling

    def _scale(self, key: EndpointKey) -> None:
        while self._cloud.clock.wait(_MINUTE) and key in self._queues and not self._closed.is_set():
            if self._host.deleted(key) or self._host.serving(key) is None:
                continue
            queue, count = self._queues[key], instances(self._host.record(key))
            backlog = len(queue.requests)
            queue.idle_minutes = 0 if backlog else queue.idle_minutes + 1
            self._tell(key, backlog, count)
            if count and queue.idle_minutes >= _IDLE_MINUTES and least_instances(key) == 0:
                self._to(key, 0)
            elif not count and backlog and step_scaling_wants_an_instance(key):
                self._to(key, 1)

    def _tell(self, key: EndpointKey, backlog: int, count: int) -> None:
        account, region, name = key
        values = {"ApproximateBacklogSize": float(backlog)}
        if count:
            values["ApproximateBacklogSizePerInstance"] = backlog / count
        values["HasBacklogWithoutCapacity"] = float(bool(backlog and not count))
        self._report()(account, region, METRICS_NAMESPACE, {"EndpointName": name}, values)

    def _to(self, key: EndpointKey, count: int) -> None:
        """Stop the fleet's servers, or start them anew."""
        serving, record = self._host.serving(key), self._host.record(key)
        if serving is None:
            return
        if count:
            serving.current.servers = self._host.start_fleet(key, serving.current.config_name).servers
        for variant in record.production_variants:
            variant["CurrentInstanceCount"] = variant["DesiredInstanceCount"] = count
        if not count:
            self._host.stop_fleet(key, serving.current)


def _queued(config: Mapping[str, Any], given: Mapping[str, Any], source: str) -> QueuedRequest:
    output, identity = config["OutputConfig"], str(uuid.uuid4())
    headers = {
        "Content-Type": given.get("ContentType"),
        "Accept": given.get("Accept"),
        "X-Amzn-SageMaker-Custom-Attributes": given.get("CustomAttributes"),
        "X-Amzn-SageMaker-Inference-Id": given.get("InferenceId") or identity,
    }
    return QueuedRequest(
        source,
        f"{output['S3OutputPath'].rstrip('/')}/{identity}.out",
        f"{output.get('S3FailurePath', output['S3OutputPath']).rstrip('/')}/{identity}-error.out",
        {name: str(value) for name, value in headers.items() if value},
    )


def instances(record: Any) -> int:
    """How many instances an endpoint has."""
    return sum(int(variant.get("CurrentInstanceCount") or 0) for variant in record.production_variants or ())


def least_instances(key: EndpointKey) -> int:
    """The lower bound of an endpoint's scalable target, 1 without one."""
    account, region, name = key
    targets = applicationautoscaling_backends[account][region].targets.get(_COUNT, {})
    found = [target for resource, target in targets.items() if resource.startswith(f"endpoint/{name}/")]
    return min((int(target.min_capacity or 0) for target in found), default=1)


@aws_behavior(
    'SageMaker Developer Guide, "Autoscale an asynchronous endpoint": scaling from zero needs a step scaling policy '
    "that an alarm on HasBacklogWithoutCapacity calls",
)
def step_scaling_wants_an_instance(key: EndpointKey) -> bool:
    """Whether an alarm in ALARM calls a step scaling policy of the endpoint; target tracking starts no first one."""
    account, region, name = key
    policies = applicationautoscaling_backends[account][region].policies.values()
    steps = {
        policy.policy_arn
        for policy in policies
        if policy.policy_type == "StepScaling" and policy.resource_id.startswith(f"endpoint/{name}/")
    }
    alarms = cloudwatch_backends[account][region].alarms.values()
    return any(alarm.state_value == "ALARM" and steps & set(alarm.alarm_actions or ()) for alarm in alarms)
