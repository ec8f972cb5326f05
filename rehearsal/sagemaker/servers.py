"""The processes behind an endpoint: one model server for each production variant."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import urllib3

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.processes import MODEL_IMAGE, Processes, base_environment
from rehearsal.sagemaker import images, storage
from rehearsal.sagemaker.jobs import vpc_of

_LAST_LINES = 3
# What a new model can do wrong once it serves; `faults/sitecustomize.py` does it in the server's own process.
FAULTS = ("errors", "slow", "wrong-answers", "out-of-memory")
_FAULT_CODE = Path(__file__).parent / "faults"
# A container must answer within 60 s (botocore, InvokeEndpoint).
REQUEST_SECONDS = 60


class NotServed(Exception):
    """A variant cannot be served; the text is the endpoint's FailureReason."""


@dataclass
class ModelServer:
    """A running model server."""

    variant: str
    role: Actor
    process: subprocess.Popen[bytes]
    root: Path
    log: Path
    port: int
    image: str
    pool: urllib3.HTTPConnectionPool
    logged: int = 0
    # The containers of an inference pipeline after the first.
    following: list[ModelServer] = field(default_factory=list)
    # Of a multi-model container: where its models are, and the names of those that it has loaded, oldest first.
    models_prefix: str | None = None
    loaded: list[str] = field(default_factory=list)


@dataclass
class ServedModel:
    """A model as CreateModel describes it, its package resolved to image, artifact and environment."""

    name: str
    role_arn: str
    image: str
    artifact: str
    environment: Mapping[str, str] = field(default_factory=dict)
    vpc_config: Mapping[str, Any] | None = None
    isolated: bool = False
    following: Sequence[ServedModel] = ()
    multi_model: bool = False


@dataclass
class ModelServerStarter:
    """Starts model servers. `seconds` is how long a container may take until it answers its health check.

    `fault` tells, by endpoint and model, which fault of `FAULTS` its container has; none where it is empty.
    """

    cloud: Cloud
    processes: Processes
    python: Path
    folder: Path
    require_images: bool
    seconds: float
    fault: Callable[[str, ServedModel], str] = lambda *_: ""

    def start(self, account: str, region: str, endpoint: str, variant: str, model: ServedModel) -> ModelServer:
        """Fetch a model as its role and serve it. Raises NotServed, NotTrusted or ClientError."""
        try:
            vpc = vpc_of(account, region, model.vpc_config)
        except ValueError as error:
            raise NotServed(str(error)) from None
        role = self.cloud.service_assume(
            model.role_arn,
            service="sagemaker.amazonaws.com",
            session=endpoint[:64],
            vpc=vpc,
            region=region,
            source=f"arn:aws:sagemaker:{region}:{account}:endpoint/{endpoint}",
        )
        server = self._container(account, endpoint, variant, model, role)
        try:
            for each in model.following:
                server.following.append(self._container(account, endpoint, variant, each, role))
        except BaseException:
            for started in (server, *server.following):
                self.stop(started)
            raise
        return server

    def _container(self, account: str, endpoint: str, variant: str, model: ServedModel, role: Actor) -> ModelServer:
        root = Path(tempfile.mkdtemp(prefix=f"ml-{endpoint[:24]}-"))
        try:
            images.pull(self.cloud, role, model.image, required=self.require_images)
            if not model.multi_model:
                self._fetch(role, model.artifact, root / "model")
            server = self._serve(account, endpoint, variant, model, role, root)
        except (storage.TransferError, images.ImageNotFound) as error:
            shutil.rmtree(root, ignore_errors=True)
            raise NotServed(str(error)) from None
        except BaseException:
            shutil.rmtree(root, ignore_errors=True)
            raise
        return self._healthy(server)

    def _fetch(self, role: Actor, artifact: str, folder: Path) -> None:
        bucket, key = storage.bucket_and_key(artifact)
        content = self.cloud.client(role, "s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        storage.unpack(content, folder)

    def _serve(
        self, account: str, endpoint: str, variant: str, model: ServedModel, role: Actor, root: Path
    ) -> ModelServer:
        port = _free_port()
        access = {} if model.isolated else self.cloud.environment(role)
        environment = {
            **model.environment,
            **base_environment(root, self.python),
            **access,
            "PYTHONPATH": str(MODEL_IMAGE),
            **_faulty(self.fault(endpoint, model)),
            "SAGEMAKER_BIND_TO_PORT": str(port),
            "MODEL_SERVER_BIND": "127.0.0.1",
        }
        log = self.folder / f"{endpoint}-{account}-{variant}-{port}.log"
        log.unlink(missing_ok=True)
        command = [str(self.python), "-m", "model_server"]
        process = self.processes.start(command, environment=environment, folder=root, log=log)
        pool = urllib3.HTTPConnectionPool(
            "127.0.0.1", port, maxsize=16, retries=False, timeout=urllib3.Timeout(connect=5, read=REQUEST_SECONDS)
        )
        server = ModelServer(variant, role, process, root, log, port, model.image, pool)
        server.models_prefix = model.artifact if model.multi_model else None
        return server

    def _healthy(self, server: ModelServer) -> ModelServer:
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                if server.pool.request("GET", "/ping", timeout=2.0).status == 200:
                    return server
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(0.05)
        self.stop(server)
        reason = _last_reason(server.log)
        raise NotServed(
            f"The primary container for production variant {server.variant} did not pass the ping health check. "
            f"It said: {reason}"
        )

    def stop(self, server: ModelServer) -> None:
        """Let a server finish its requests and end."""
        self.processes.end(server.process, seconds=30.0)
        server.pool.close()
        shutil.rmtree(server.root, ignore_errors=True)


def _faulty(fault: str) -> dict[str, str]:
    """Variables that give a container a fault."""
    return {"PYTHONPATH": f"{_FAULT_CODE}:{MODEL_IMAGE}", "REHEARSAL_FAULT": fault} if fault else {}


# Containers of an inference pipeline (botocore, ContainerDefinitionList; Developer Guide, "Inference pipelines").
_MOST_CONTAINERS = 15


def resolve(name: str, request: Mapping[str, Any], packages: Mapping[str, Mapping[str, Any]]) -> ServedModel:
    """A model from CreateModel's request, the first container of its pipeline. Raises NotServed for one that cannot
    be served here."""
    containers: Sequence[Mapping[str, Any]] = request.get("Containers") or [request.get("PrimaryContainer") or {}]
    if len(containers) > _MOST_CONTAINERS:
        raise NotServed(f"model {name} has {len(containers)} containers; at most {_MOST_CONTAINERS} are allowed")
    if len(containers) > 1 and (request.get("InferenceExecutionConfig") or {}).get("Mode") == "Direct":
        raise NotServed(f"model {name} is asked container by container; only one after another is served here")
    first, *others = (_container(name, request, container, packages) for container in containers)
    if others and any(each.multi_model for each in (first, *others)):
        raise NotServed(f"model {name} has a multi-model container in a pipeline; it is served alone here")
    return replace(first, following=others)


def _container(
    name: str, request: Mapping[str, Any], given: Mapping[str, Any], packages: Mapping[str, Mapping[str, Any]]
) -> ServedModel:
    container, multi_model = {**given}, given.get("Mode") == "MultiModel"
    package = container.get("ModelPackageName")
    if package:
        described = packages[package]["InferenceSpecification"]["Containers"]
        if len(described) != 1:
            raise NotServed(f"package {package} has {len(described)} containers; one is served here")
        own = container.get("Environment") or {}
        container = {**described[0], "Environment": {**(described[0].get("Environment") or {}), **own}}
    if not container.get("Image") or not container.get("ModelDataUrl"):
        raise NotServed(f"model {name} names no Image with a ModelDataUrl")
    if multi_model and not container["ModelDataUrl"].endswith("/"):
        raise NotServed(f"model {name} has several models, and its ModelDataUrl is no prefix that ends in a slash")
    return ServedModel(
        name,
        request["ExecutionRoleArn"],
        container["Image"],
        container["ModelDataUrl"],
        container.get("Environment") or {},
        request.get("VpcConfig"),
        bool(request.get("EnableNetworkIsolation")),
        multi_model=multi_model,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_reason(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    reasons = re.findall(r'"reason": ?"((?:[^"\\]|\\.)*)"', text)
    if reasons:
        return str(reasons[-1])
    return " | ".join(line.strip() for line in text.splitlines()[-_LAST_LINES:]) or "nothing"
