"""A whole rehearsal, from stack files to a report."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from assumptions.outcomes import failing
from rehearsal.authorization.verdict import judge
from rehearsal.aws.cloud import Cloud
from rehearsal.console import ConsoleProgress
from rehearsal.engine.state import StackFailed
from rehearsal.environment import RehearsalEnvironment
from rehearsal.existing import make_existing
from rehearsal.journey.data import NoData
from rehearsal.journey.inputs import JourneyInputs, journey_inputs, with_inputs, with_settings
from rehearsal.journey.run import run_journey
from rehearsal.life.leftovers import inventory
from rehearsal.life.whole import accounts_of, live_on
from rehearsal.options import Options
from rehearsal.plan import PlannedStack, plan
from rehearsal.report import RehearsalReport
from rehearsal.runtime import Runtime
from rehearsal.scenarios.scenario import Scenario, play, scenario
from rehearsal.stopping import Stopped, stoppable
from settings.problems import SettingsError


def rehearse(options: Options, started: float) -> int:
    """Rehearse, print, write the report; the process's exit status."""
    progress = ConsoleProgress()
    with failing(None if options.against else ()) as fallen:
        report = RehearsalReport(failed_assumptions=list(fallen))
        try:
            with stoppable():
                return _rehearse(options, started, progress, report)
        except (SettingsError, NoData) as error:
            report.problem = str(error)
            report.write_report(options.folder)
            progress.print_line(report.problem)
            progress.print_line("failed before anything was built: correct what is said above", style="bold red")
            return 1
        except KeyboardInterrupt as stopped:
            return _stopped(stopped, options, progress, report)


def _stopped(stopped: KeyboardInterrupt, options: Options, progress: ConsoleProgress, report: RehearsalReport) -> int:
    """Report that the rehearsal was stopped: by then everything that it had started has ended."""
    cause = stopped if isinstance(stopped, Stopped) else Stopped(signal.SIGINT)
    report.problem = f"{cause.how}; nothing is left running"
    report.write_report(options.folder)
    if cause.number != signal.SIGPIPE:
        report.print_summary(progress, options.folder)
    return 128 + cause.number


def _rehearse(options: Options, started: float, progress: ConsoleProgress, report: RehearsalReport) -> int:
    chosen = scenario(options.scenario) if options.scenario else None
    if chosen:
        options = replace(options, directory=chosen.directory(options))
    planned = plan(options.directory)
    inputs = None if options.stacks_only else journey_inputs(planned, options)
    if inputs:
        progress.print_line(inputs.sentence())
        planned = with_inputs(planned, inputs)
        if chosen:
            progress.print_line(f"Scenario {options.scenario}: {chosen.summary}")
            planned = with_settings(planned, {inputs.stack: chosen.settings(inputs), **chosen.others(planned, inputs)})
    elif not options.stacks_only:
        progress.print_line("There is no project stack: the stacks come up, and no model is taken anywhere")
    with Cloud(planned[0].settings.region, options.folder / "requests.jsonl") as cloud:
        environment = RehearsalEnvironment(cloud, progress)
        with Runtime(cloud, progress, options.folder / "logs", partial(_sabotaged, options)) as runtime:
            environment.engine.invoke_function = runtime.invoke
            report.seconds["start"] = time.monotonic() - started
            if chosen:
                chosen.prepare(runtime)
            try:
                status = _run(environment, runtime, planned, inputs, options, chosen, report)
            except KeyboardInterrupt:
                progress.print_line("Stopping: builds, jobs and endpoints are ended, which may take a minute")
                raise
            finally:
                environment.close()
        report.seconds["all"] = time.monotonic() - started
        with progress.running("Decide each request by the policies that were built"):
            report.write(
                options.folder,
                {**environment.engine.stacks, **environment.destroyed},
                environment.earlier,
                lambda folder, earlier: judge(
                    folder,
                    cloud.recorder.requests,
                    options.directory,
                    earlier=earlier,
                    removals=options.destroy or bool(options.life),
                ),
            )
    report.print_summary(progress, options.folder)
    return status or int(not report.passed)


def _sabotaged(options: Options, endpoint: str) -> bool:
    return options.sabotage == "serving" and endpoint.endswith("-staging")


def _run(
    environment: RehearsalEnvironment,
    runtime: Runtime,
    planned: Sequence[PlannedStack],
    inputs: JourneyInputs | None,
    options: Options,
    chosen: Scenario | None,
    report: RehearsalReport,
) -> int:
    began = time.monotonic()
    make_existing(environment.cloud, [each.settings for each in planned])
    before = inventory(environment.cloud, accounts_of(planned)) if options.life else {}
    try:
        environment.bring_up(planned, report)
        report.seconds["stacks"] = time.monotonic() - began
        if inputs:
            project = next(stack for stack in planned if stack.stack == inputs.stack)
            report.sabotage = options.sabotage or ""
            journey = run_journey(environment, runtime, project, inputs, report)
            report.seconds["journey"] = time.monotonic() - began - report.seconds["stacks"]
            if chosen:
                play(chosen, environment, runtime, planned, inputs, journey, report)
            if options.life:
                lived = time.monotonic()
                live_on(environment, runtime, planned, inputs, report, before)
                report.seconds["life"] = time.monotonic() - lived
        if options.destroy:
            environment.take_down(planned, report)
            report.seconds["destroy"] = time.monotonic() - began - report.seconds["stacks"]
    except StackFailed as error:
        report.problem = str(error)
        return 1
    return 0
