"""Endpoints: from creation to the answer of a request."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.request import Request
from moto.sagemaker.models import sagemaker_backends

from assumptions.entries import shadows_are_captured_with_ids
from assumptions.outcomes import holds
from rehearsal.aws import logs
from rehearsal.aws.actors import Actor
from rehearsal.aws.answers import Answer
from rehearsal.aws.cloud import Cloud, NotTrusted
from rehearsal.aws.requests import SignedRequest
from rehearsal.sagemaker import capture, fleets, invocations
from rehearsal.sagemaker.asynchronous import AsynchronousEndpoints
from rehearsal.sagemaker.fleets import Fleet, ServingFleets
from rehearsal.sagemaker.multi_model import MultiModels, NoSuchModel
from rehearsal.sagemaker.publishing import METRICS_NAMESPACE, EndpointKey, Publisher, request_metrics
from rehearsal.sagemaker.servers import REQUEST_SECONDS, ModelServer, ModelServerStarter, NotServed, resolve
from rehearsal.sagemaker.shadows import Shadows
from rehearsal.sagemaker.updates import EndpointUpdates
from rehearsal.services.sagemaker.runtime_patches import State, now

# A container answers within 60 seconds (SageMaker Developer Guide, "Custom Inference Code with Hosting Services").
_LONGEST_COPY = 60.0
Report = Callable[[str, str, str, Mapping[str, str], Mapping[str, float]], None]


class Hosting:
    """Hosts the endpoints of all accounts.

    `sabotage` tells by an endpoint's name whether its answers are to be wrong. `report` takes metrics: account, Region,
    namespace, dimensions, values by name.
    """

    def __init__(
        self,
        cloud: Cloud,
        state: State,
        starter: ModelServerStarter,
        *,
        on_event: Callable[[str, str, str, str], None] = lambda *_: None,
        on_deployment: Callable[[str, str, str], None] = lambda *_: None,
        sabotage: Callable[[str], bool] = lambda _: False,
        report: Report = lambda *_: None,
    ) -> None:
        self._state, self.starter = state, starter
        self._on_event, self._on_deployment = on_event, on_deployment
        self.sabotage, self.report = sabotage, report
        self._fleets: dict[EndpointKey, ServingFleets] = {}
        self._updates = EndpointUpdates(cloud, self)
        self.asynchronous = AsynchronousEndpoints(cloud, self, lambda: self.report, self._count)
        self._threads: list[threading.Thread] = []
        self._random = random.Random(0)  # noqa: S311 - weights and sampling, not secrets
        self._closed = False
        self._requests = threading.Condition()
        self._multi_models = MultiModels(cloud)
        self._shadows = Shadows(self._requests, self._random.random)
        self.publisher = Publisher(cloud)
        self._clock = cloud.clock
        # Told each time an update moves traffic: account, Region, endpoint, the new fleet's share.
        self.on_shift: Callable[[str, str, str, float], None] = lambda *_: None

    # ---- life of an endpoint

    def create(self, account: str, region: str, name: str) -> None:
        """Host a new endpoint, in the background."""
        self.record((account, region, name)).endpoint_status = "Creating"
        self._in_background(self._begin, (account, region, name))

    def update(self, account: str, region: str, name: str, config_name: str, deployment: Mapping[str, Any]) -> None:
        """Replace an endpoint's fleet, in the background: the old one serves until the new one is ready."""
        self.record((account, region, name)).endpoint_status = "Updating"
        self._in_background(self._updates.run, (account, region, name), config_name, deployment)

    def delete(self, account: str, region: str, name: str) -> None:
        """Stop an endpoint's fleet, in the background."""
        self.asynchronous.end((account, region, name))
        serving = self._fleets.pop((account, region, name), None)
        for fleet in serving.all() if serving else ():
            self._in_background(self.stop_fleet, (account, region, name), fleet)

    def close(self) -> None:
        """Stop everything and deliver what was captured."""
        self._closed = True
        self._clock.close()
        self.asynchronous.close()
        for thread in self._threads:
            thread.join(60)
        for key, serving in self._fleets.items():
            for fleet in serving.all():
                self.stop_fleet(key, fleet)
        self._fleets.clear()
        self.publisher.close()

    def processes(self) -> list[int]:
        """Process ids of the servers."""
        fleets = [fleet for serving in self._fleets.values() for fleet in serving.all()]
        return [server.process.pid for fleet in fleets for server in fleet.every_server]

    def _in_background(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True, name=f"endpoint-{arguments[0][2]}")
        self._threads.append(thread)
        thread.start()

    def serving(self, key: EndpointKey) -> ServingFleets | None:
        """The fleets of an endpoint, None where it has none."""
        return self._fleets.get(key)

    def serve(self, key: EndpointKey, fleet: Fleet) -> None:
        """Have one fleet answer all requests of an endpoint."""
        self._fleets[key] = ServingFleets(fleet)
        if fleet.config.get("AsyncInferenceConfig"):
            self.asynchronous.begin(key)

    def record(self, key: EndpointKey) -> Any:
        """The emulator's record of an endpoint."""
        account, region, name = key
        return sagemaker_backends[account][region].endpoints[name]

    def _begin(self, key: EndpointKey) -> None:
        record = self.record(key)
        try:
            fleet = self.start_fleet(key, record.endpoint_config_name)
        except Exception as error:  # a caller who polls must see an end
            record.failure_reason = self.reason(error)
            self.set_status(key, "Failed")
            return
        if self.deleted(key):
            self.stop_fleet(key, fleet)
            return
        self.serve(key, fleet)
        fleets.describe(record, fleet)
        self.set_status(key, "InService")

    def start_fleet(self, key: EndpointKey, config_name: str) -> Fleet:
        """Start the model servers of a configuration. Raises NotServed, NotTrusted or ClientError."""
        account, region, name = key
        config = self._state.get(account, region, "EndpointConfig", config_name)
        fleet = Fleet(config_name, config)
        try:
            shadows = config.get("ShadowProductionVariants") or ()
            for variant in (*config["ProductionVariants"], *shadows):
                request = self._state.get(account, region, "Model", variant["ModelName"])
                packages = self._state.get(account, region, "Packages", variant["ModelName"])
                model = resolve(variant["ModelName"], request, packages)
                server = self.starter.start(account, region, name, variant["VariantName"], model)
                (fleet.shadows if variant in shadows else fleet.servers).append(server)
                if self._closed:
                    raise NotServed("the rehearsal ended")
        except BaseException:
            self.stop_fleet(key, fleet)
            raise
        return fleet

    def set_status(self, key: EndpointKey, status: str) -> None:
        """Give an endpoint a status, and tell of it."""
        if not self.deleted(key):
            record = self.record(key)
            record.last_modified_time = now()
            record.endpoint_status = status
            self._on_event(*key, status)

    def shifted(self, key: EndpointKey, share: float) -> None:
        """Traffic has moved."""
        self.on_shift(*key, share)

    def deployment_changed(self, key: EndpointKey, pending: Mapping[str, Any] | None) -> None:
        """Show what an update is doing, or that it is over, and tell of it."""
        if not self.deleted(key):
            self._state.put(*key[:2], "Endpoint", key[2], {"PendingDeploymentSummary": pending})
            self._on_deployment(*key)

    def deleted(self, key: EndpointKey) -> bool:
        """Whether an endpoint is gone, or everything ends."""
        account, region, name = key
        return self._closed or name not in sagemaker_backends[account][region].endpoints

    def stop_fleet(self, key: EndpointKey, fleet: Fleet) -> None:
        """Stop servers that get no more requests, once they have answered those that they got."""
        with self._requests:
            self._requests.wait_for(lambda: fleet.requests == 0, REQUEST_SECONDS)
        for server in fleet.every_server:
            self.starter.stop(server)
            self.publisher.server_log(key, server)

    def reason(self, error: Exception) -> str:
        """Why a fleet did not come up, as DescribeEndpoint's FailureReason."""
        if isinstance(error, ClientError):
            return logs.refused(error)[:1024]
        expected = isinstance(error, NotServed | NotTrusted | BotoCoreError)
        return (str(error) if expected else f"InternalServerError: {type(error).__name__}: {error}")[:1024]

    # ---- requests

    def invoke(self, actor: Actor, question: SignedRequest, request: Request) -> Answer:
        """Handler of sagemaker-runtime:InvokeEndpoint."""
        name = str(question.parameters.get("EndpointName", ""))
        key = (actor.account, question.region, name)
        with self._requests:
            serving = self._fleets.get(key)
            if serving is None:
                text = f"Endpoint {name} of account {actor.account} not found."
                return invocations.error(400, "ValidationError", text)
            if serving.current.config.get("AsyncInferenceConfig"):
                return invocations.error(400, "ValidationError", f"Endpoint {name} is asynchronous.")
            fleet = serving.choose(self._random.random())
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
        given = {key: value for key, value in passed.items() if value}
        try:
            path = self._multi_models.path(server, _header(headers, "X-Amzn-SageMaker-Target-Model"))
        except NoSuchModel as error:
            return invocations.error(400, "ValidationError", str(error))
        reply = invocations.send(server, given, body, path)
        if self.sabotage(name) and reply.status == 200:
            reply = _wrong(reply)
        self._publish(key, fleet, server, passed, body, reply)
        self._shadows.mirror(
            fleet, given, body, lambda shadow, copy: self._publish(key, fleet, shadow, passed, body, copy)
        )
        return invocations.answer(account, region, name, server, reply)

    def _choose(self, key: EndpointKey, fleet: Fleet, target: str | None) -> ModelServer | None:
        if target:
            return next((server for server in fleet.servers if server.variant == target), None)
        serving = self._fleets.get(key)
        if serving is not None and fleet is serving.current:
            shown = {v["VariantName"]: v.get("CurrentWeight", 1.0) for v in self.record(key).production_variants}
        else:
            # Of a fleet that an update brings, or has replaced while this request came.
            shown = {v["VariantName"]: v.get("InitialVariantWeight", 1.0) for v in fleet.config["ProductionVariants"]}
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
        self._count(key, fleet, server, reply)
        config = fleet.config.get("DataCaptureConfig")
        if reply.status != 200 or not config or not capture.wanted(config, self._random.random()):
            return
        nameless = server in fleet.shadows and not holds(shadows_are_captured_with_ids.ASSUMPTION)
        exchange = capture.CapturedExchange(
            server.variant,
            body,
            passed["Content-Type"] or "application/octet-stream",
            reply.body,
            reply.content_type,
            None if nameless else passed["X-Amzn-SageMaker-Inference-Id"],
            passed["X-Amzn-SageMaker-Custom-Attributes"],
            datetime.now(UTC),
        )
        self.publisher.captured(key, server, config, exchange)

    def _count(self, key: EndpointKey, fleet: Fleet, server: ModelServer, reply: invocations.ContainerReply) -> None:
        """Metrics of one request: of the endpoint by its publisher, of each configuration while two of them serve."""
        values = request_metrics(reply.status, reply.microseconds)
        self.publisher.count(key, server, values)
        serving = self._fleets.get(key)
        if serving and serving.updating:
            account, region, name = key
            dimensions = {
                "EndpointName": name,
                "VariantName": server.variant,
                "EndpointConfigName": fleet.config_name,
            }
            plain = {metric: value for metric, (_, value) in values.items()}
            self.report(account, region, METRICS_NAMESPACE, dimensions, plain)

    def flush(self) -> None:
        """Deliver what was captured, counted and logged so far, of copies that shadows still answer too."""
        self._shadows.wait(_LONGEST_COPY)
        for key, serving in list(self._fleets.items()):
            for fleet in serving.all():
                for server in fleet.every_server:
                    self.publisher.server_log(key, server)
        self.publisher.flush()


def _header(headers: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name.lower()), None)


def _wrong(reply: invocations.ContainerReply) -> invocations.ContainerReply:
    body = invocations.perturbed(reply.body)
    return invocations.ContainerReply(
        reply.status, body, reply.content_type, reply.custom_attributes, reply.microseconds
    )
