"""A whole rehearsal, from stack files to a report."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from rehearsal.aws.cloud import Cloud
from rehearsal.console import Progress
from rehearsal.engine.state import StackFailed
from rehearsal.plan import Planned, plan
from rehearsal.report import Report
from rehearsal.world import World
from settings.problems import SettingsError


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    directory: Path
    folder: Path
    stacks_only: bool = False
    data: Path | None = None
    target: str | None = None
    problem: str | None = None
    sabotage: str | None = None


def rehearse(options: Options, started: float) -> int:
    """Rehearse, print, write the report; the process's exit status."""
    progress, report = Progress(), Report()
    try:
        planned = plan(options.directory)
    except SettingsError as error:
        progress.console.print(str(error), style="red", markup=False)
        return 1
    region = planned[0].settings.region
    with Cloud(region, options.folder / "requests.jsonl") as cloud:
        world = World(cloud, progress)
        status = _run(world, planned, options, report, started)
        report.write(options.folder, world.engine.stacks)
    report.summary(progress.console, options.folder)
    return status if status else int(not report.passed)


def _run(world: World, planned: list[Planned], options: Options, report: Report, started: float) -> int:
    try:
        report.seconds["start"] = time.monotonic() - started
        world.bring_up(planned, report)
        report.seconds["stacks"] = time.monotonic() - started - report.seconds["start"]
        if not options.stacks_only:
            from rehearsal.journey.journey import travel

            travel(world, planned, options, report)
    except StackFailed as error:
        world.progress.console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        world.progress.say("[yellow]interrupted: nothing is left running[/yellow]")
        return 130
    finally:
        report.seconds["all"] = time.monotonic() - started
    return 0
