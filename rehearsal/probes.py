"""Probes of assumptions against the in-memory AWS: each must tell both outcomes apart and leave nothing behind."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assumptions.assumption import Assumption, ProbeResult, probe_names
from assumptions.outcomes import failing
from assumptions.probing import ProbeAnswer, run
from rehearsal.authorization.decided_at_once import decided_at_once
from rehearsal.aws.cloud import Cloud
from rehearsal.engine.state import Stack
from rehearsal.plan import PlannedStack
from settings.model import WorkloadSettings


@dataclass(frozen=True)
class EmulatedStack:
    """A stack of the in-memory AWS, as a probe sees one. Clients are the account owner's, who has every right."""

    cloud: Cloud
    outputs: Mapping[str, Any]
    account: str
    region: str
    prefix: str
    registry: Mapping[str, Any] = field(default_factory=dict)
    partition: str = "aws"

    def client(self, service: str, role_arn: str = "") -> Any:
        """A client of the owner, or of a role that the owner assumes."""
        actor = self.cloud.owner(self.account, self.region)
        if role_arn:
            actor = self.cloud.assume(role_arn, by=actor, session="mlops-probe")
        return self.cloud.client(actor, service, self.region)

    def output(self, name: str) -> Any:
        """An output of the stack. Raises KeyError where it has none of the name."""
        return self.outputs[name]

    def registry_output(self, name: str) -> Any:
        """An output of the data science stack that a workload stack takes its models from. Raises KeyError likewise."""
        return self.registry[name]

    def pause(self, seconds: float) -> None:
        """Wait for other threads of this process, which are quicker than AWS."""
        time.sleep(min(seconds, 0.1))


def emulated(cloud: Cloud, planned: PlannedStack, stacks: Mapping[str, Stack]) -> EmulatedStack:
    """A stack that is up in the in-memory AWS, one of `stacks`."""
    settings = planned.settings
    registry = stacks[settings.registry.stack].outputs if isinstance(settings, WorkloadSettings) else {}
    outputs = stacks[planned.stack].outputs
    return EmulatedStack(cloud, outputs, settings.account, settings.region, settings.prefix, registry)


def both_outcomes(assumption: Assumption, stack: EmulatedStack) -> tuple[ProbeAnswer, ProbeAnswer]:
    """What the assumption's probe finds where it holds, and where it fails. Raises ValueError without a probe.

    Roles that the probe makes are held to their policies while it runs.
    """
    if assumption.probe is None:
        raise ValueError(f"{assumption.name} has no probe: {assumption.no_probe}")
    with decided_at_once(stack.cloud, probe_names(stack)):
        holding = run(assumption.probe, stack)
        with failing([assumption.name]):
            return holding, run(assumption.probe, stack)


def told_apart(answers: tuple[ProbeAnswer, ProbeAnswer]) -> bool:
    """Whether a probe finds both outcomes."""
    return [answer.result for answer in answers] == [ProbeResult.HOLDS, ProbeResult.FAILS]
