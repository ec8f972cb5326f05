"""The model servers behind an endpoint: one fleet that serves, and while an update runs a second one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rehearsal.sagemaker.publishing import capture_summary
from rehearsal.sagemaker.servers import ModelServer
from rehearsal.services.sagemaker.runtime_patches import now


@dataclass
class Fleet:
    """The model servers of one configuration of an endpoint, and how many requests they are answering."""

    config_name: str
    config: Mapping[str, Any]
    servers: list[ModelServer] = field(default_factory=list)
    shadows: list[ModelServer] = field(default_factory=list)
    requests: int = 0

    @property
    def every_server(self) -> list[ModelServer]:
        """Those that answer, their shadows, and the containers that stand behind one another."""
        return [each for server in (*self.servers, *self.shadows) for each in (server, *server.following)]


@dataclass
class ServingFleets:
    """`current` is the endpoint's configuration; `new` takes `share` of the requests while an update shifts them."""

    current: Fleet
    new: Fleet | None = None
    share: float = 0.0

    def choose(self, draw: float) -> Fleet:
        """The fleet of a request; `draw` is a random number from 0 to 1."""
        return self.new if self.new and draw < self.share else self.current

    def all(self) -> list[Fleet]:
        """Both fleets, or the one that there is."""
        return [self.current, self.new] if self.new else [self.current]

    @property
    def updating(self) -> bool:
        """Whether two fleets stand."""
        return self.new is not None


def kept_members(excluded: Sequence[Mapping[str, str]]) -> list[str]:
    """Members of a variant that an update with RetainAllVariantProperties keeps."""
    without = {entry["VariantPropertyType"] for entry in excluded}
    kept: list[str] = []
    for kind in ("DesiredInstanceCount", "DesiredWeight"):
        if kind not in without:
            kept += [kind, kind.replace("Desired", "Current")]
    return kept


def variants(fleet: Fleet, shown: Sequence[Mapping[str, Any]], kept: Sequence[str]) -> list[dict[str, Any]]:
    """DescribeEndpoint's summary of a fleet's variants; `shown` is what was there before, of which `kept` stays."""
    before = {variant["VariantName"]: variant for variant in shown}
    found: list[dict[str, Any]] = []
    for server, given in zip(fleet.servers, fleet.config["ProductionVariants"], strict=True):
        if "ServerlessConfig" in given:
            found.append({"VariantName": server.variant, "CurrentServerlessConfig": given["ServerlessConfig"]})
            continue
        weight, count = given.get("InitialVariantWeight", 1.0), given.get("InitialInstanceCount", 1)
        image = {"SpecifiedImage": server.image, "ResolvedImage": server.image, "ResolutionTime": now()}
        current: dict[str, Any] = {"CurrentWeight": weight, "DesiredWeight": weight}
        current |= {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
        old = before.get(server.variant, {})
        current |= {key: old[key] for key in kept if key in old}
        found.append({"VariantName": server.variant, "DeployedImages": [image], **current})
    return found


def describe(record: Any, fleet: Fleet) -> None:
    """Write a fleet into the record that DescribeEndpoint reads."""
    record.production_variants = variants(fleet, record.production_variants, record.__dict__.get("retained") or ())
    record.data_capture_config = capture_summary(fleet.config.get("DataCaptureConfig"))


def pending(fleet: Fleet, status: str, share: float) -> dict[str, Any]:
    """DescribeEndpoint's PendingDeploymentSummary: the new fleet, and which stage of the update it is in."""
    stage = {"Status": status, "StartTime": now(), "StatusMessage": f"{share:.0%} of the traffic"}
    return {
        "EndpointConfigName": fleet.config_name,
        "ProductionVariants": [{**variant, "VariantStatus": [stage]} for variant in variants(fleet, (), ())],
        "StartTime": now(),
    }
