"""The staging stack in another region than the example's, whose zones and endpoint services differ."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from rehearsal.engine.state import Resource, StackFailed
from rehearsal.plan import PlannedStack, plan
from settings.network import WORKLOAD_ENDPOINTS
from settings.project_file import NAMESPACE
from tests.stacks.conftest import Platform, platform_in
from tests.stacks.layouts import Layout
from tests.stacks.owned import CIDRS

NEEDED = [str(service) for service in WORKLOAD_ENDPOINTS]
ENDPOINT, SUBNET = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/subnet:Subnet"


@dataclass(frozen=True)
class Region:
    """A region in which the staging stack is tried; what fails makes nothing."""

    platform: Platform
    good: PlannedStack

    def up(self, existing: dict[str, Any] | None = None, **network: Any) -> None:
        """Bring the stack up with changed settings of its network."""
        given = {"cidr": CIDRS["staging"], "availabilityZones": 2, **network}
        config = {**self.good.config, f"{NAMESPACE}network": json.dumps(given)}
        if existing:
            config[f"{NAMESPACE}existing"] = json.dumps(existing)
        self.platform.world.up(replace(self.good, config=config))

    def problems(self, existing: dict[str, Any] | None = None, **network: Any) -> list[str]:
        """What the stack says that it lacks, without its heading; nothing may have been changed."""
        recorder = self.platform.recorder
        before = len(recorder.requests)
        with pytest.raises(StackFailed) as caught:
            self.up(existing, **network)
        assert [line for line in recorder.since(before) if line.writes] == []
        return str(caught.value).splitlines()[1:]

    def resources(self, type_: str) -> dict[str, Resource]:
        """Resources of the stack."""
        return self.platform.resources("staging", type_)


def region_in(folder: Path, region: str) -> Iterator[Region]:
    """An AWS in which the staging account has its foundation, and nothing else is up."""
    layout = Layout(folder)
    for stack, settings in layout.stacks().items():
        layout.write(stack, settings | {"region": region})
    for platform in platform_in(folder):
        platform.up("foundation-staging")
        gc.freeze()  # a program that fails is collected, with what stands already
        yield Region(platform, next(each for each in plan(folder) if each.stack == "staging"))
        gc.unfreeze()
