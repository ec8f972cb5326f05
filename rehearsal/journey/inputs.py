"""What a journey starts with: the project's stack, the model image and the data, chosen by the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rehearsal.aws.processes import REPOSITORY
from rehearsal.journey.data import TrainingData, example_data, own_data, with_shuffled_labels
from rehearsal.journey.gate import gate_for
from rehearsal.journey.image import OciImage, image_of
from rehearsal.options import Options
from rehearsal.plan import PlannedStack
from settings.config import NAMESPACE
from settings.model import DataScienceSettings, ProjectSettings

PREFERRED_PROJECT = "screening"


@dataclass(frozen=True)
class JourneyInputs:
    """The project's stack, the model image that its jobs and endpoints run, the data to train on, and what is wrong."""

    stack: str
    image: OciImage
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
    image = image_of(REPOSITORY / "containers" / "model")
    return JourneyInputs(projects[project].stack, image, data, options.sabotage)


def with_inputs(planned: Sequence[PlannedStack], inputs: JourneyInputs, options: Options) -> list[PlannedStack]:
    """The stacks with the image's digest, as the platform team pins it, and a gate that fits the user's own data."""
    gate = gate_for(inputs.data, options.problem) if options.data else None

    def configured(stack: PlannedStack) -> PlannedStack:
        key = f"{NAMESPACE}modelImage"
        if isinstance(stack.settings, DataScienceSettings):
            image = {**json.loads(stack.config.get(key, "{}")), "digest": inputs.image.digest}
            return replace(stack, config={**stack.config, key: json.dumps(image)})
        if gate and stack.stack == inputs.stack:
            return replace(stack, config={**stack.config, f"{NAMESPACE}gate": gate})
        return stack

    return [configured(stack) for stack in planned]
