"""UpdateEndpoint: a second fleet, traffic that moves to it in steps, alarms that bring it back.

Sources: SageMaker Developer Guide, "Deployment guardrails for updating models in production", "Auto-Rollback
Configuration and Monitoring".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import ClientError

from rehearsal.aws import logs
from rehearsal.aws.cloud import Cloud
from rehearsal.sagemaker import fleets
from rehearsal.sagemaker.fleets import Fleet, ServingFleets
from rehearsal.sagemaker.publishing import EndpointKey
from rehearsal.sagemaker.shifting import TrafficShift, traffic_shift

# How often SageMaker looks at the alarms while it bakes, in AWS's seconds.
_LOOK_SECONDS = 10.0


class FleetHost(Protocol):
    """What an update needs of whoever hosts endpoints."""

    def start_fleet(self, key: EndpointKey, config_name: str) -> Fleet: ...

    def stop_fleet(self, key: EndpointKey, fleet: Fleet) -> None: ...

    def serving(self, key: EndpointKey) -> ServingFleets | None: ...

    def serve(self, key: EndpointKey, fleet: Fleet) -> None: ...

    def record(self, key: EndpointKey) -> Any: ...

    def set_status(self, key: EndpointKey, status: str) -> None: ...

    def shifted(self, key: EndpointKey, share: float) -> None: ...

    def deployment_changed(self, key: EndpointKey, pending: Mapping[str, Any] | None) -> None: ...

    def deleted(self, key: EndpointKey) -> bool: ...

    def reason(self, error: Exception) -> str: ...


class EndpointUpdates:
    """Runs updates of endpoints, one at a time an endpoint."""

    def __init__(self, cloud: Cloud, host: FleetHost) -> None:
        self._cloud, self._clock, self._host = cloud, cloud.clock, host

    def run(self, key: EndpointKey, config_name: str, deployment: Mapping[str, Any]) -> None:
        """Replace an endpoint's fleet: the old one serves until the new one has proven itself."""
        host, record = self._host, self._host.record(key)
        record.failure_reason = None
        serving = host.serving(key)
        try:
            fleet = host.start_fleet(key, config_name)
        except Exception as error:  # a caller who polls must see an end
            record.failure_reason = host.reason(error)
            host.set_status(key, "InService" if serving else "Failed")
            return
        alarms = self._shift(key, serving, fleet, deployment) if serving else ""
        if host.deleted(key):
            host.stop_fleet(key, fleet)
        elif alarms and serving:
            self._roll_back(key, serving, fleet, alarms)
        else:
            self._complete(key, serving, fleet, config_name)

    def _complete(self, key: EndpointKey, serving: ServingFleets | None, fleet: Fleet, config_name: str) -> None:
        record = self._host.record(key)
        old = serving.current if serving else None
        self._host.serve(key, fleet)
        record.endpoint_config_name = config_name
        fleets.describe(record, fleet)
        self._host.deployment_changed(key, None)
        self._host.set_status(key, "InService")
        if old:
            self._host.stop_fleet(key, old)

    def _roll_back(self, key: EndpointKey, serving: ServingFleets, fleet: Fleet, reason: str) -> None:
        self._host.set_status(key, "RollingBack")
        serving.new, serving.share = None, 0.0
        self._host.stop_fleet(key, fleet)
        self._host.record(key).failure_reason = f"rolled back: {reason}"
        self._host.deployment_changed(key, None)
        self._host.set_status(key, "InService")

    def _shift(self, key: EndpointKey, serving: ServingFleets, fleet: Fleet, deployment: Mapping[str, Any]) -> str:
        """Move the traffic step by step; why it has to go back, empty where it need not."""
        shift = traffic_shift(deployment, counts(self._host.record(key), fleet.config))
        began = self._clock.monotonic()
        serving.new = fleet
        for share in shift.shares:
            self._told(key, fleet, "ActivatingTraffic", share)
            serving.share = share
            self._host.shifted(key, share)
            self._told(key, fleet, "Baking", share)
            if reason := self._bake(key, fleet, shift, began):
                return reason
        self._clock.wait(shift.termination)
        return ""

    def _told(self, key: EndpointKey, fleet: Fleet, status: str, share: float) -> None:
        self._host.deployment_changed(key, fleets.pending(fleet, status, share))

    def _bake(self, key: EndpointKey, fleet: Fleet, shift: TrafficShift, began: float) -> str:
        until = self._clock.monotonic() + shift.wait
        while True:
            if firing := self._firing(fleet, shift.alarms):
                return f"alarm {', '.join(firing)} is in state ALARM"
            left = until - self._clock.monotonic()
            if left <= 0 or self._clock.closed or self._host.deleted(key):
                return ""
            if self._clock.monotonic() - began > shift.timeout:
                return f"the deployment took longer than {shift.timeout:.0f} s"
            self._clock.wait(min(left, _LOOK_SECONDS))

    def _firing(self, fleet: Fleet, names: Sequence[str]) -> list[str]:
        """Names of the rollback alarms in ALARM; SageMaker asks as the execution role, from outside the VPC."""
        if not names:
            return []
        outside = self._cloud.in_vpc(fleet.servers[0].role, None)
        client = self._cloud.client(outside, "cloudwatch")
        try:
            alarms = client.describe_alarms(AlarmNames=list(names))["MetricAlarms"]
        except ClientError as error:
            return [f"(cannot be read: {logs.refused(error)})"]
        return sorted(alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM")


def counts(record: Any, config: Mapping[str, Any]) -> list[int]:
    """The new fleet's instances by variant: those of the configuration, or those kept of what stands."""
    kept = record.__dict__.get("retained") or ()
    shown = {variant["VariantName"]: variant for variant in record.production_variants or ()}
    found: list[int] = []
    for variant in config["ProductionVariants"]:
        initial = int(variant.get("InitialInstanceCount") or 1)
        before = shown.get(variant["VariantName"], {}) if "DesiredInstanceCount" in kept else {}
        found.append(int(before.get("DesiredInstanceCount") or initial))
    return found
