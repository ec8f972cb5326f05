"""`make rehearse LIFE=whole`: after the journey the platform is used on, then destroyed, then looked for."""

from __future__ import annotations

from collections.abc import Sequence

from rehearsal.engine.state import StackFailed
from rehearsal.environment import RehearsalEnvironment
from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.journey import Journey
from rehearsal.journey.steps import JourneyFailed, StepRecorder
from rehearsal.leftover import table
from rehearsal.life.leftovers import Inventory, inventory, leftovers, unlisted
from rehearsal.life.use import open_studio
from rehearsal.plan import PlannedStack
from rehearsal.report import RehearsalReport
from rehearsal.runtime import Runtime


def accounts_of(planned: Sequence[PlannedStack]) -> list[str]:
    """The platform's accounts."""
    return sorted({stack.settings.account for stack in planned})


def live_on(
    environment: RehearsalEnvironment,
    runtime: Runtime,
    planned: Sequence[PlannedStack],
    inputs: JourneyInputs,
    report: RehearsalReport,
    before: Inventory,
) -> None:
    """Use the platform on, destroy it and list what is left, step by step, into the report."""
    project = next(stack for stack in planned if stack.stack == inputs.stack)
    journey = Journey(environment, project, inputs, runtime.suite, None)
    steps = StepRecorder(environment.progress, report)
    with environment.cloud.recorder.during("journey"):
        steps.run("Open Studio", lambda: open_studio(journey, journey.people))
    steps.run("Destroy everything", lambda: _destroy(environment, planned, report))
    steps.run("List what is left", lambda: _list(environment, planned, report, before))


def _destroy(environment: RehearsalEnvironment, planned: Sequence[PlannedStack], report: RehearsalReport) -> str:
    try:
        environment.take_down(planned, report)
    except StackFailed as error:
        raise JourneyFailed(str(error)) from None
    return f"{len(report.destroyed)} stacks"


def _list(
    environment: RehearsalEnvironment, planned: Sequence[PlannedStack], report: RehearsalReport, before: Inventory
) -> str:
    found = leftovers(before, inventory(environment.cloud, accounts_of(planned)))
    report.leftovers = found
    unknown = unlisted(environment.cloud.recorder.requests)
    behind = [each for each in found if not each.kept]
    if unknown:
        raise JourneyFailed(
            f"nobody looks for what these made: {', '.join(unknown)}: add them to rehearsal/life/listings.py"
        )
    if behind:
        raise JourneyFailed(f"{len(behind)} things are left behind: " + "; ".join(table(behind)))
    return f"nothing but {len(found)} things that are kept"
