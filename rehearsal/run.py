"""A whole rehearsal, from stack files to a report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from rehearsal.authorization.verdict import judge
from rehearsal.aws.cloud import Cloud
from rehearsal.console import Progress
from rehearsal.engine.state import StackFailed
from rehearsal.environment import World
from rehearsal.journey.data import NoData
from rehearsal.journey.inputs import Luggage, adapted, pack, travel
from rehearsal.options import Options
from rehearsal.plan import Planned, plan
from rehearsal.report import Report
from rehearsal.runtime import Runtime
from settings.problems import SettingsError


def rehearse(options: Options, started: float) -> int:
    """Rehearse, print, write the report; the process's exit status."""
    progress, report = Progress(), Report()
    try:
        planned = plan(options.directory)
        luggage = None if options.stacks_only else pack(planned, options)
    except (SettingsError, NoData) as error:
        progress.console.print(str(error), style="red", markup=False)
        return 1
    if luggage:
        planned = adapted(planned, luggage, options)
    with Cloud(planned[0].settings.region, options.folder / "requests.jsonl") as cloud:
        world = World(cloud, progress)
        with Runtime(cloud, progress, options.folder / "logs", partial(_spoilt, options)) as runtime:
            world.engine.invoke_function = runtime.invoke
            report.seconds["start"] = time.monotonic() - started
            try:
                status = _run(world, runtime, planned, luggage, options, report)
            finally:
                world.close()
        report.seconds["all"] = time.monotonic() - started
        report.write(
            options.folder,
            world.destroyed or world.engine.stacks,
            lambda folder: judge(folder, cloud.recorder.requests, removals=options.destroy),
        )
    report.summary(progress.console, options.folder)
    return status or int(not report.passed)


def _spoilt(options: Options, endpoint: str) -> bool:
    return options.sabotage == "serving" and endpoint.endswith("-staging")


def _run(
    world: World,
    runtime: Runtime,
    planned: Sequence[Planned],
    luggage: Luggage | None,
    options: Options,
    report: Report,
) -> int:
    began = time.monotonic()
    try:
        world.bring_up(planned, report)
        report.seconds["stacks"] = time.monotonic() - began
        if luggage:
            travel(world, runtime, planned, luggage, options, report)
            report.seconds["journey"] = time.monotonic() - began - report.seconds["stacks"]
        if options.destroy:
            world.take_down(planned, report)
            report.seconds["destroy"] = time.monotonic() - began - report.seconds["stacks"]
    except StackFailed as error:
        report.problem = str(error)
        return 1
    except KeyboardInterrupt:
        report.problem = "interrupted; nothing is left running"
        return 130
    return 0
