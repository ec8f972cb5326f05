"""What a journey starts with: the project's stack and the data, chosen by the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rehearsal.journey.data import TrainingData, example_data, own_data, with_shuffled_labels
from rehearsal.journey.gate import gate_for
from rehearsal.options import Options
from rehearsal.plan import PlannedStack
from settings.config import NAMESPACE
from settings.model import ProjectSettings

PREFERRED_PROJECT = "screening"


@dataclass(frozen=True)
class JourneyInputs:
    """The project's stack, the data to train on, and what is wrong with them."""

    stack: str
    data: TrainingData
    sabotage: str | None = None


def journey_inputs(planned: Sequence[PlannedStack], options: Options) -> JourneyInputs | None:
    """Choose the project and prepare the data; None where no project is planned. Raises NoData."""
    projects = {stack.settings.id: stack for stack in planned if isinstance(stack.settings, ProjectSettings)}
    if not projects:
        return None
    project = PREFERRED_PROJECT if PREFERRED_PROJECT in projects else next(iter(projects))
    folder = options.folder / "data"
    if options.data is not None and options.target is not None:
        data = own_data(options.data, options.target, folder)
    else:
        data = example_data(project, folder)
    if options.sabotage == "labels":
        data = with_shuffled_labels(data)
    return JourneyInputs(projects[project].stack, data, options.sabotage)


def with_inputs(planned: Sequence[PlannedStack], inputs: JourneyInputs, options: Options) -> list[PlannedStack]:
    """The stacks with a gate that fits the user's own data."""
    gate = gate_for(inputs.data, options.problem) if options.data else None

    def configured(stack: PlannedStack) -> PlannedStack:
        if gate and stack.stack == inputs.stack:
            return replace(stack, config={**stack.config, f"{NAMESPACE}gate": gate})
        return stack

    return [configured(stack) for stack in planned]
