"""Multi-model endpoints: the model that a caller names is fetched, loaded into the container, and asked.

Source: SageMaker Developer Guide, "Multi-model endpoints", "Custom Containers Contract for Multi Model Endpoints".
"""

from __future__ import annotations

import hashlib
import json
import threading

from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.sagemaker import storage
from rehearsal.sagemaker.servers import ModelServer

_NO_ROOM = 507


class NoSuchModel(Exception):
    """A model that cannot be asked; the text is what SageMaker says."""


class MultiModels:
    """Loads models on demand; where a container has no room, the one that was asked longest ago goes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud, self._lock = cloud, threading.Lock()

    def path(self, server: ModelServer, target: str | None) -> str:
        """Where a request to a model goes. Raises NoSuchModel."""
        if server.models_prefix is None:
            if target:
                raise NoSuchModel("A TargetModel can only be given for a multi-model endpoint.")
            return "/invocations"
        if not target:
            raise NoSuchModel("A TargetModel must be given for a multi-model endpoint.")
        name = hashlib.sha256(target.encode()).hexdigest()[:32]
        with self._lock:
            if name in server.loaded:
                server.loaded.remove(name)
            else:
                self._load(server, target, name)
            server.loaded.append(name)
        return f"/models/{name}/invoke"

    def _load(self, server: ModelServer, target: str, name: str) -> None:
        folder = server.root / "models" / name / "model"
        if not folder.exists():
            bucket, key = storage.bucket_and_key(f"{server.models_prefix}{target}")
            try:
                content = self._cloud.client(server.role, "s3").get_object(Bucket=bucket, Key=key)["Body"].read()
                storage.unpack(content, folder)
            except (ClientError, storage.TransferError) as error:
                raise NoSuchModel(f"Failed to download model data(bucket: {bucket}, key: {key}): {error}") from None
        body = json.dumps({"model_name": name, "url": str(folder)}).encode()
        answer = server.pool.request("POST", "/models", body=body, headers={"Content-Type": "application/json"})
        while answer.status == _NO_ROOM and server.loaded:
            server.pool.request("DELETE", f"/models/{server.loaded.pop(0)}")
            answer = server.pool.request("POST", "/models", body=body, headers={"Content-Type": "application/json"})
        if answer.status != 200:
            raise NoSuchModel(f"The container did not load {target}: {answer.data.decode('utf-8', 'replace')}")
