"""What an assumption says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import uuid4


class ProbeResult(StrEnum):
    """What a probe found in a real account."""

    HOLDS = "holds"
    FAILS = "fails"
    UNCLEAR = "unclear"


class ProbedStack(Protocol):
    """What a probe works with: one stack that is up, and clients with the credentials of whoever deploys it."""

    @property
    def account(self) -> str:
        """The stack's account."""

    @property
    def region(self) -> str:
        """The stack's region."""

    @property
    def partition(self) -> str:
        """The region's partition, such as aws."""

    @property
    def prefix(self) -> str:
        """What the platform's names begin with."""

    def client(self, service: str, role_arn: str = "") -> Any:
        """A boto3 client of the deployer, or of a role that the deployer may assume."""

    def output(self, name: str) -> Any:
        """An output of the stack. Raises KeyError where it has none of the name."""

    def registry_output(self, name: str) -> Any:
        """An output of the data science stack that a workload stack takes its models from. Raises KeyError likewise."""

    def pause(self, seconds: float) -> None:
        """Wait for AWS."""


def probe_name(stack: ProbedStack) -> str:
    """A name for what one run of a probe makes, which nothing else has."""
    return f"{probe_names(stack)}{uuid4().hex[:12]}"


def probe_names(stack: ProbedStack) -> str:
    """What the names of whatever probes make in a stack begin with."""
    return f"{stack.prefix}-probe-"


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A small experiment that settles an assumption in a real account.

    - `run`: makes what it needs, asks, removes it again in a `finally`; gives the answer and one sentence of evidence.
    - `kinds`: kinds of stacks (`foundation`, `workload`, `data-science`, `project`) that it can be run in.
    - `price`: an upper bound in US dollars, `minutes`: likewise in time.
    - `needs`: IAM actions that whoever runs it must be allowed, which the deployer may lack.
    """

    run: Callable[[ProbedStack], tuple[ProbeResult, str]]
    kinds: Sequence[str]
    price: float
    minutes: int
    needs: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """One fact about AWS without a source.

    - `name`: lower case with hyphens. `question`: answered by yes where the assumption holds.
    - `if_it_holds`, `if_it_fails`: what AWS then does, seen from the platform.
    - `design`: why the platform works in both cases. Where none does, `holds_both_ways` is False and `design` begins
      with what breaks.
    - `leans_on`: places of this repository, `path` or `path:definition`, that were written with the question in mind.
    - `sources`: what was read without finding the answer, by document and page title.
    - `probe`: the experiment that settles it; None with `no_probe` saying why there is none.
    """

    name: str
    question: str
    if_it_holds: str
    if_it_fails: str
    design: str
    leans_on: Sequence[str]
    sources: Sequence[str]
    holds_both_ways: bool = True
    probe: Probe | None = None
    no_probe: str = ""

    def __post_init__(self) -> None:
        """Refuse an entry that says less than it must."""
        if not self.leans_on or not self.sources:
            raise ValueError(f"assumption {self.name}: leans_on and sources say at least one thing each")
        if (self.probe is None) != bool(self.no_probe):
            raise ValueError(f"assumption {self.name}: give a probe, or no_probe with the reason")
