"""A scenario: what it changes in the stack files, what happens before and after the journey."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rehearsal.environment import RehearsalEnvironment
from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.journey import Journey
from rehearsal.journey.steps import StepRecorder
from rehearsal.options import Options
from rehearsal.plan import PlannedStack
from rehearsal.report import RehearsalReport
from rehearsal.runtime import Runtime


@dataclass(frozen=True)
class ScenarioRun:
    """A platform whose production serves a first model, and everything that a scenario acts with."""

    environment: RehearsalEnvironment
    runtime: Runtime
    planned: Sequence[PlannedStack]
    inputs: JourneyInputs
    journey: Journey
    steps: StepRecorder
    report: RehearsalReport

    def measured(self, name: str, value: Any) -> None:
        """Put a figure into the report, under its name."""
        self.report.measurements[name] = value


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`run` goes on after the journey, step by step.

    `settings` gives values of the project's stack file that the scenario needs, by key, as JSON or plain text; `others`
    those of other stacks, by stack and key. `prepare` is called before the first stack comes up.
    """

    summary: str
    run: Callable[[ScenarioRun], None]
    settings: Callable[[JourneyInputs], Mapping[str, str]] = lambda _: {}
    others: Callable[[Sequence[PlannedStack], JourneyInputs], Mapping[str, Mapping[str, str]]] = lambda *_: {}
    directory: Callable[[Options], Path] = lambda options: options.directory
    prepare: Callable[[Runtime], None] = lambda _: None


def scenario(name: str) -> Scenario:
    """The scenario of a name."""
    found: Scenario = import_module(f"rehearsal.scenarios.{name.replace('-', '_')}").SCENARIO
    return found


def play(
    chosen: Scenario,
    environment: RehearsalEnvironment,
    runtime: Runtime,
    planned: Sequence[PlannedStack],
    inputs: JourneyInputs,
    journey: Journey,
    report: RehearsalReport,
) -> None:
    """Run a scenario's steps into the report, after the journey's; its time too."""
    began = time.monotonic()
    steps = StepRecorder(environment.progress, report)
    with environment.cloud.recorder.during("journey"):
        chosen.run(ScenarioRun(environment, runtime, planned, inputs, journey, steps, report))
    report.seconds["scenario"] = time.monotonic() - began
