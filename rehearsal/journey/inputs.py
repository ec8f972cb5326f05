"""What a journey starts with: the project's stack, the data and the gate, chosen by the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.nearest import did_you_mean
from rehearsal.journey.data import NoData, TrainingData, example_data, example_of, own_data, with_shuffled_labels
from rehearsal.journey.gate import JourneyGate, NoGate, choose_gate
from rehearsal.journey.table import JudgedTable, judge_table
from rehearsal.options import Options
from rehearsal.plan import PlannedStack
from settings.load import from_engine
from settings.metrics import ProblemType
from settings.model import ProjectSettings
from settings.project_file import NAMESPACE

PREFERRED_PROJECT = "screening"


@dataclass(frozen=True)
class JourneyInputs:
    """The project's stack, the data to train on, what is wrong with them on purpose, and the gate.

    `problem` is for the repository's `model.toml`, None where the target tells it.
    """

    stack: str
    project: str
    data: TrainingData
    gate: JourneyGate
    problem: ProblemType | None = None
    sabotage: str | None = None
    table: JudgedTable | None = None

    def sentence(self) -> str:
        """What the journey is about, in one line."""
        table = f" ({self.table.sentence()})" if self.table else ""
        return f"Project {self.project}; data: {self.data.origin}{table}; {self.gate.sentence()}"


def journey_inputs(planned: Sequence[PlannedStack], options: Options) -> JourneyInputs | None:
    """Choose project and data, and judge the data; None where no project is planned. Raises NoData."""
    projects = {stack.settings.id: stack for stack in planned if isinstance(stack.settings, ProjectSettings)}
    if not projects:
        if options.project or options.data or options.sabotage or options.life:
            raise NoData("there is no project stack, so there is no journey: leave out what is about it, or add one")
        return None
    project = choose_project(list(projects), options.project)
    settings = projects[project].settings
    assert isinstance(settings, ProjectSettings)  # noqa: S101 - only such were taken above
    if options.sabotage == "serving" and "staging" not in settings.stages:
        raise NoData(f"SABOTAGE=serving spoils what staging answers, and project {project} has no staging")
    data, table = _data(project, settings, options)
    problem = table.problem if table else example_of(project, settings.gate.metric).problem
    try:
        gate = _gate(projects, project, settings, problem, options)
    except NoGate as error:
        raise NoData(str(error)) from None
    said = problem if options.problem else None
    return JourneyInputs(projects[project].stack, project, data, gate, said, options.sabotage, table)


def choose_project(projects: Sequence[str], asked: str | None) -> str:
    """The project that was asked for by its id, or else the example's first. Raises NoData where there is none."""
    if asked is None:
        return PREFERRED_PROJECT if PREFERRED_PROJECT in projects else projects[0]
    if asked not in projects:
        hint = did_you_mean(asked, projects)
        raise NoData(f"PROJECT={asked}: there is no such project; allowed: {', '.join(projects)}{hint}")
    return asked


def _data(project: str, settings: ProjectSettings, options: Options) -> tuple[TrainingData, JudgedTable | None]:
    """The data, and what preparation found in it where that is not known."""
    folder = options.folder / "data"
    if options.data is not None and options.target is not None:
        data = own_data(options.data, options.target, folder)
        where = f"DATA={options.data}"
    else:
        data = example_data(project, settings.gate.metric, folder)
        where = f"PROBLEM={options.problem} with {data.origin}"
    asked = options.data is not None or options.problem is not None
    table = judge_table(data, options.problem, where=where) if asked else None
    return with_shuffled_labels(data) if options.sabotage == "labels" else data, table


def _gate(
    projects: Mapping[str, PlannedStack],
    project: str,
    settings: ProjectSettings,
    problem: ProblemType,
    options: Options,
) -> JourneyGate:
    """The project's gate for data that is its own: brought along for a project that was named, or for the only one."""
    if options.data is None:
        meant = example_of(project, settings.gate.metric).project == project
        instead = "DATA= and TARGET= bring the project's own"
    else:
        meant = options.project is not None or (len(projects) == 1 and problem in settings.gate.metric.problem_types)
        instead = f"PROJECT={project} keeps it"
    return choose_gate(project, settings.gate, problem, meant=meant, instead=instead)


def with_inputs(planned: Sequence[PlannedStack], inputs: JourneyInputs) -> list[PlannedStack]:
    """The stacks with the journey's gate."""

    def configured(stack: PlannedStack) -> PlannedStack:
        if inputs.gate.override and stack.stack == inputs.stack:
            return replace(stack, config={**stack.config, f"{NAMESPACE}gate": inputs.gate.override})
        return stack

    return [configured(stack) for stack in planned]


def with_settings(planned: Sequence[PlannedStack], settings: Mapping[str, Mapping[str, str]]) -> list[PlannedStack]:
    """The stacks, some of them with other values of their settings: by stack and key, JSON where it is structured."""

    def changed(stack: PlannedStack, own: Mapping[str, str]) -> PlannedStack:
        config = {**stack.config, **{f"{NAMESPACE}{key}": value for key, value in own.items()}}
        return replace(stack, config=config, settings=from_engine(stack.stack, config))

    return [changed(each, settings[each.stack]) if each.stack in settings else each for each in planned]
