"""Endpoints: from creation to the answer of a request."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.request import Request
from moto.sagemaker.models import sagemaker_backends

from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Answer, Cloud, NotTrusted
from rehearsal.aws.requests import Question
from rehearsal.sagemaker import capture, invocations
from rehearsal.sagemaker.publishing import EndpointKey, Publisher, capture_summary
from rehearsal.sagemaker.servers import REQUEST_SECONDS, ModelServer, ModelServerStarter, NotServed, resolve
from rehearsal.services.sagemaker.runtime_patches import State, now


@dataclass
class Fleet:
    """The model servers of one configuration of an endpoint, and how many requests they are answering."""

    config_name: str
    config: Mapping[str, Any]
    servers: list[ModelServer] = field(default_factory=list)
    requests: int = 0


class Hosting:
    """Hosts the endpoints of all accounts.

    `sabotage` tells by an endpoint's name whether its answers are to be wrong. `bake_seconds` is how long an update
    is watched for alarms after traffic has moved; the configuration's own times are minutes.
    """

    def __init__(
        self,
        cloud: Cloud,
        state: State,
        starter: ModelServerStarter,
        *,
        on_event: Callable[[str, str, str, str], None] = lambda *_: None,
        sabotage: Callable[[str], bool] = lambda _: False,
        bake_seconds: float = 0.0,
    ) -> None:
        self._cloud, self._state, self._starter = cloud, state, starter
        self._on_event, self.sabotage, self._bake = on_event, sabotage, bake_seconds
        self._fleets: dict[EndpointKey, Fleet] = {}
        self._threads: list[threading.Thread] = []
        self._random = random.Random(0)  # noqa: S311 - weights and sampling, not secrets
        self._closed = False
        self._requests = threading.Condition()
        self.publisher = Publisher(cloud)

    # ---- life of an endpoint

    def create(self, account: str, region: str, name: str) -> None:
        """Host a new endpoint, in the background."""
        self._record((account, region, name)).endpoint_status = "Creating"
        self._in_background(self._start_fleet, (account, region, name))

    def update(self, account: str, region: str, name: str, config_name: str, deployment: Mapping[str, Any]) -> None:
        """Replace an endpoint's fleet, in the background: the old one serves until the new one is ready."""
        self._record((account, region, name)).endpoint_status = "Updating"
        self._in_background(self._replace, (account, region, name), config_name, deployment)

    def delete(self, account: str, region: str, name: str) -> None:
        """Stop an endpoint's fleet, in the background."""
        fleet = self._fleets.pop((account, region, name), None)
        if fleet:
            self._in_background(self._stop_fleet, (account, region, name), fleet)

    def close(self) -> None:
        """Stop everything and deliver what was captured."""
        self._closed = True
        for thread in self._threads:
            thread.join(60)
        for key, fleet in self._fleets.items():
            self._stop_fleet(key, fleet)
        self._fleets.clear()
        self.publisher.close()

    def processes(self) -> list[int]:
        """Process ids of the servers."""
        return [server.process.pid for fleet in self._fleets.values() for server in fleet.servers]

    def _in_background(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True, name=f"endpoint-{arguments[0][2]}")
        self._threads.append(thread)
        thread.start()

    def _record(self, key: EndpointKey) -> Any:
        account, region, name = key
        return sagemaker_backends[account][region].endpoints[name]

    def _start_fleet(self, key: EndpointKey) -> None:
        record = self._record(key)
        try:
            fleet = self._fleet(key, record.endpoint_config_name)
        except Exception as error:  # a caller who polls must see an end
            record.failure_reason = _reason(error)
            self._set_status(key, "Failed")
            return
        if self._deleted(key):
            self._stop_fleet(key, fleet)
            return
        self._fleets[key] = fleet
        self._describe_fleet(record, fleet)
        self._set_status(key, "InService")

    def _replace(self, key: EndpointKey, config_name: str, deployment: Mapping[str, Any]) -> None:
        record = self._record(key)
        record.failure_reason = None
        try:
            fleet = self._fleet(key, config_name)
        except Exception as error:  # a caller who polls must see an end
            record.failure_reason = _reason(error)
            self._set_status(key, "InService" if key in self._fleets else "Failed")
            return
        old = self._fleets.get(key)
        self._fleets[key] = fleet
        alarms = self._alarms(fleet, deployment)
        if alarms and old:
            self._fleets[key] = old
            self._stop_fleet(key, fleet)
            record.failure_reason = f"rolled back: alarm {', '.join(alarms)} is in state ALARM"
            self._set_status(key, "InService")
            return
        record.endpoint_config_name = config_name
        self._describe_fleet(record, fleet)
        self._set_status(key, "InService")
        if old:
            self._stop_fleet(key, old)

    def _fleet(self, key: EndpointKey, config_name: str) -> Fleet:
        account, region, name = key
        config = self._state.get(account, region, "EndpointConfig", config_name)
        fleet = Fleet(config_name, config)
        try:
            for variant in config["ProductionVariants"]:
                request = self._state.get(account, region, "Model", variant["ModelName"])
                packages = self._state.get(account, region, "Packages", variant["ModelName"])
                model = resolve(variant["ModelName"], request, packages)
                server = self._starter.start(account, region, name, variant["VariantName"], model)
                fleet.servers.append(server)
                if self._closed:
                    raise NotServed("the rehearsal ended")
        except BaseException:
            self._stop_fleet(key, fleet)
            raise
        return fleet

    def _alarms(self, fleet: Fleet, deployment: Mapping[str, Any]) -> list[str]:
        """Names of the rollback alarms that fire; SageMaker asks as the execution role."""
        entries = (deployment.get("AutoRollbackConfiguration") or {}).get("Alarms") or ()
        names = [entry["AlarmName"] for entry in entries]
        if not names:
            return []
        outside = self._cloud.in_vpc(fleet.servers[0].role, None)
        client = self._cloud.client(outside, "cloudwatch")
        deadline = time.monotonic() + self._bake
        while True:
            alarms = client.describe_alarms(AlarmNames=names)["MetricAlarms"]
            firing = [alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM"]
            if firing or time.monotonic() >= deadline or self._closed:
                return sorted(firing)
            time.sleep(0.2)

    def _describe_fleet(self, record: Any, fleet: Fleet) -> None:
        """Write a fleet into the record that DescribeEndpoint reads."""
        shown = {variant["VariantName"]: variant for variant in record.production_variants}
        variants: list[dict[str, Any]] = []
        for server, given in zip(fleet.servers, fleet.config["ProductionVariants"], strict=True):
            weight = given.get("InitialVariantWeight", 1.0)
            count = given.get("InitialInstanceCount", 1)
            kept = shown.get(server.variant, {}) if record.__dict__.get("retained") else {}
            image = {"SpecifiedImage": server.image, "ResolvedImage": server.image, "ResolutionTime": now()}
            current: dict[str, Any] = {"CurrentWeight": weight, "DesiredWeight": weight}
            current |= {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
            current |= {key: kept[key] for key in record.__dict__.get("retained") or () if key in kept}
            variants.append({"VariantName": server.variant, "DeployedImages": [image], **current})
        record.production_variants = variants
        record.data_capture_config = capture_summary(fleet.config.get("DataCaptureConfig"))

    def _set_status(self, key: EndpointKey, status: str) -> None:
        if not self._deleted(key):
            record = self._record(key)
            record.last_modified_time = now()
            record.endpoint_status = status
            self._on_event(*key, status)

    def _deleted(self, key: EndpointKey) -> bool:
        account, region, name = key
        return self._closed or name not in sagemaker_backends[account][region].endpoints

    def _stop_fleet(self, key: EndpointKey, fleet: Fleet) -> None:
        """Stop servers that get no more requests, once they have answered those that they got."""
        with self._requests:
            self._requests.wait_for(lambda: fleet.requests == 0, REQUEST_SECONDS)
        for server in fleet.servers:
            self._starter.stop(server)
            self.publisher.server_log(key, server)

    # ---- requests

    def invoke(self, actor: Actor, question: Question, request: Request) -> Answer:
        """Handler of sagemaker-runtime:InvokeEndpoint."""
        name = str(question.parameters.get("EndpointName", ""))
        key = (actor.account, question.region, name)
        with self._requests:
            fleet = self._fleets.get(key)
            if fleet is None:
                text = f"Endpoint {name} of account {actor.account} not found."
                return invocations.error(400, "ValidationError", text)
            fleet.requests += 1
        try:
            return self._invoke(key, fleet, request)
        finally:
            with self._requests:
                fleet.requests -= 1
                self._requests.notify_all()

    def _invoke(self, key: EndpointKey, fleet: Fleet, request: Request) -> Answer:
        account, region, name = key
        body = bytes(request.data or b"")
        if len(body) > invocations.LARGEST_BODY:
            return invocations.error(400, "ValidationError", f"Body is larger than {invocations.LARGEST_BODY} bytes")
        headers = {key: value for key, value in request.headers.items() if value}
        server = self._choose(key, fleet, _header(headers, "X-Amzn-SageMaker-Target-Variant"))
        if server is None:
            return invocations.error(400, "ValidationError", f"Endpoint {name} has no such variant.")
        passed = {key: _header(headers, key) for key in invocations._PASSED_ON}
        reply = invocations.send(server, {key: value for key, value in passed.items() if value}, body)
        if self.sabotage(name) and reply.status == 200:
            reply = _wrong(reply)
        self._publish(key, fleet, server, passed, body, reply)
        return invocations.answer(account, region, name, server, reply)

    def _choose(self, key: EndpointKey, fleet: Fleet, target: str | None) -> ModelServer | None:
        if target:
            return next((server for server in fleet.servers if server.variant == target), None)
        shown = {v["VariantName"]: v.get("CurrentWeight", 1.0) for v in self._record(key).production_variants}
        weights = [float(shown.get(server.variant) or 0.0) for server in fleet.servers]
        if sum(weights) <= 0:
            return None
        return self._random.choices(fleet.servers, weights)[0]

    def _publish(
        self,
        key: EndpointKey,
        fleet: Fleet,
        server: ModelServer,
        passed: Mapping[str, str | None],
        body: bytes,
        reply: invocations.ContainerReply,
    ) -> None:
        self.publisher.count(key, server, reply.status, reply.microseconds)
        config = fleet.config.get("DataCaptureConfig")
        if reply.status != 200 or not config or not capture.wanted(config, self._random.random()):
            return
        exchange = capture.CapturedExchange(
            server.variant,
            body,
            passed["Content-Type"] or "application/octet-stream",
            reply.body,
            reply.content_type,
            passed["X-Amzn-SageMaker-Inference-Id"],
            passed["X-Amzn-SageMaker-Custom-Attributes"],
            datetime.now(UTC),
        )
        self.publisher.captured(key, server, config, exchange)

    def flush(self) -> None:
        """Deliver what was captured, counted and logged so far."""
        for key, fleet in list(self._fleets.items()):
            for server in fleet.servers:
                self.publisher.server_log(key, server)
        self.publisher.flush()


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return logs.refused(error)[:1024]
    expected = isinstance(error, NotServed | NotTrusted | BotoCoreError)
    return (str(error) if expected else f"InternalServerError: {type(error).__name__}: {error}")[:1024]


def _header(headers: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name.lower()), None)


def _wrong(reply: invocations.ContainerReply) -> invocations.ContainerReply:
    body = invocations.perturbed(reply.body)
    return invocations.ContainerReply(
        reply.status, body, reply.content_type, reply.custom_attributes, reply.microseconds
    )


def retained(excluded: Sequence[Mapping[str, str]]) -> list[str]:
    """Members of a variant that an update with RetainAllVariantProperties keeps."""
    without = {entry["VariantPropertyType"] for entry in excluded}
    kept: list[str] = []
    for kind in ("DesiredInstanceCount", "DesiredWeight"):
        if kind not in without:
            kept += [kind, kind.replace("Desired", "Current")]
    return kept
