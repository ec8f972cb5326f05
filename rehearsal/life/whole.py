"""`make rehearse LIFE=whole`: after the journey the platform is used on, then destroyed, then looked for."""

from __future__ import annotations

from collections.abc import Sequence

from rehearsal.environment import RehearsalEnvironment
from rehearsal.journey.inputs import JourneyInputs
from rehearsal.journey.journey import Journey
from rehearsal.journey.steps import JourneyFailed, StepRecorder
from rehearsal.leftover import table
from rehearsal.life.destruction import Destruction
from rehearsal.life.leftovers import Inventory, inventory, leftovers, unlisted
from rehearsal.life.use import open_studio, replace_model
from rehearsal.plan import PlannedStack
from rehearsal.report import RehearsalReport
from rehearsal.runtime import Runtime
from settings.model import DataScienceSettings, ProjectSettings, WorkloadSettings


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
    steps = StepRecorder(environment.progress, report)
    if not steps.failed:
        journey = Journey(environment, project, inputs, runtime.suite)
        with environment.cloud.recorder.during("journey"):
            steps.run("Open Studio", lambda: open_studio(journey))
            steps.run("Replace the model", lambda: replace_model(journey, runtime, report))
    environment.keep()
    _destroy(steps, Destruction(environment, planned, report), planned, inputs.stack)
    steps.run("List what is left", lambda: _list(environment, planned, report, before))


def _destroy(steps: StepRecorder, destruction: Destruction, planned: Sequence[PlannedStack], used: str) -> None:
    """In the documented order: projects, the data science account, workload accounts, foundations."""

    def of(*kinds: type) -> list[PlannedStack]:
        return [stack for stack in reversed(planned) if isinstance(stack.settings, kinds)]

    others = [stack.stack for stack in of(ProjectSettings) if stack.stack != used]
    production = [w.settings.account for w in of(WorkloadSettings) if w.settings.stage == "production"]  # type: ignore[union-attr]
    known = of(ProjectSettings, DataScienceSettings, WorkloadSettings)
    foundations = [stack.stack for stack in reversed(planned) if stack not in known]
    steps.run("Destroy the project", lambda: destruction.project(used))
    steps.run("Destroy the other projects", lambda: destruction.destroy(*others))
    for account in production:
        steps.run("Delete what was retained", lambda account=account: destruction.retained_stacks(account))  # type: ignore[misc]
    for stack in of(DataScienceSettings):
        steps.run("Destroy the data science account", lambda s=stack.stack: destruction.data_science(s))  # type: ignore[misc]
    steps.run("Destroy the workload accounts", lambda: destruction.destroy(*[w.stack for w in of(WorkloadSettings)]))
    steps.run("Destroy the foundations", lambda: destruction.destroy(*foundations))


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
