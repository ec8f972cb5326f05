"""Pulumi's resource monitor, answered in this process: what the SDK registers becomes steps of a deployment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from google.protobuf import empty_pb2, json_format
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import provider_pb2, resource_pb2

from rehearsal.engine.calls import Refused
from rehearsal.engine.deployment import Deployment
from rehearsal.engine.state import StackFailed
from rehearsal.engine.values import decode, encode

_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
)


class Monitor(MockMonitor):
    """One stack's monitor. After the first failure every further request is refused, as when an update stops.

    Features that it does not name (transforms, hooks, replacement triggers) are errors of the SDK, not silence;
    without alias specs the SDK sends every alias as a complete URN.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._lock = threading.RLock()
        self.failure: Exception | None = None

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """A resource of the program: created, updated, replaced or left as it is."""
        return self._guarded(lambda: self._register(request))

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """A resource that exists already, or a reference to a stack."""
        return self._guarded(lambda: self._read(request))

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """A function of the provider."""
        return self._guarded(lambda: self._invoke(request))

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Outputs of a component or of the stack itself."""
        plain = decode(request.outputs)
        with self._lock:
            self._deployment.outputs(request.urn, plain)
        return empty_pb2.Empty()

    def SupportsFeature(self, request: Any) -> Any:  # noqa: N802
        """Old SDKs ask one by one."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in ("secrets", "resourceReferences"))

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802, ARG002
        """What this monitor can do."""
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def _guarded(self, step: Callable[[], Any]) -> Any:
        with self._lock:
            if self.failure is not None:
                raise StackFailed("the update has stopped")
            try:
                return step()
            except Exception as error:
                self.failure = error
                raise

    def _register(self, request: Any) -> Any:
        if request.remote:
            raise StackFailed(f"{request.name} ({request.type}) is a remote component: write it in Python")
        if request.importId:
            raise StackFailed(f"{request.name} is imported from {request.importId}: there is nothing to import here")
        resource = self._deployment.register(
            type_=request.type,
            name=request.name,
            parent=request.parent,
            custom=request.custom,
            provider=request.provider,
            plain=decode(request.object),
            options=_options(request),
        )
        values = resource.outputs if resource.custom else {}
        return resource_pb2.RegisterResourceResponse(
            urn=resource.urn, id=resource.id, object=encode(values, resource.secrets)
        )

    def _read(self, request: Any) -> Any:
        resource = self._deployment.read(
            type_=request.type,
            name=request.name,
            parent=request.parent,
            provider=request.provider,
            id_=request.id,
            plain=decode(request.properties),
        )
        return resource_pb2.ReadResourceResponse(
            urn=resource.urn, properties=encode(resource.outputs, resource.secrets)
        )

    def _invoke(self, request: Any) -> Any:
        try:
            answer = self._deployment.invoke(request.tok, decode(request.args).values, request.provider)
        except Refused as refusal:
            # The program is told, and may go on: nothing was asked to change.
            failure = provider_pb2.CheckFailure(reason=f"{refusal.code}: {refusal.message}")
            return resource_pb2.ResourceInvokeResponse(failures=[failure])
        return resource_pb2.ResourceInvokeResponse(**{"return": encode(answer)})


def _options(request: Any) -> dict[str, Any]:
    options: dict[str, Any] = {
        "protect": bool(request.protect),
        "provider": request.provider,
        "providers": dict(request.providers),
        "dependsOn": sorted(request.dependencies),
        "propertyDependencies": {k: sorted(v.urns) for k, v in request.propertyDependencies.items()},
        "aliases": [*request.aliasURNs, *(alias.urn for alias in request.aliases if alias.urn)],
        "ignoreChanges": list(request.ignoreChanges),
        "replaceOnChanges": list(request.replaceOnChanges),
        "deleteBeforeReplace": bool(request.deleteBeforeReplace),
        "retainOnDelete": bool(request.retainOnDelete),
        "additionalSecretOutputs": list(request.additionalSecretOutputs),
        "deletedWith": request.deletedWith,
        "customTimeouts": json_format.MessageToDict(request.customTimeouts),
    }
    return {name: value for name, value in options.items() if value not in ("", [], {})}
