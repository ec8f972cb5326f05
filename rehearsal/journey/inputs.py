"""From what was asked for on the command line to a journey."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rehearsal.aws.processes import REPOSITORY
from rehearsal.journey import data as sources
from rehearsal.journey.gate import gate_for
from rehearsal.journey.image import Image, image_of
from rehearsal.journey.journey import Journey, walk
from rehearsal.journey.steps import Steps
from rehearsal.options import Options
from rehearsal.report import Report
from settings.config import NAMESPACE
from settings.model import DataScienceSettings, ProjectSettings

if TYPE_CHECKING:
    from rehearsal.environment import World
    from rehearsal.plan import Planned
    from rehearsal.runtime import Runtime

PREFERRED = "screening"


@dataclass(frozen=True)
class Luggage:
    """What a journey takes along: the project's stack, the image, the data."""

    stack: str
    image: Image
    data: sources.Data


def pack(planned: Sequence[Planned], options: Options) -> Luggage | None:
    """Choose the project and get the data ready; None where no project is planned. Raises NoData."""
    projects = [each for each in planned if isinstance(each.settings, ProjectSettings)]
    if not projects:
        return None
    chosen = next((each for each in projects if _id(each) == PREFERRED), projects[0])
    folder = options.folder / "data"
    if options.data is not None and options.target is not None:
        data = sources.own(options.data, options.target, folder)
    else:
        data = sources.example(_id(chosen), folder)
    if options.sabotage == "labels":
        data = sources.with_shuffled_labels(data)
    return Luggage(chosen.stack, image_of(REPOSITORY / "containers" / "model"), data)


def adapted(planned: Sequence[Planned], luggage: Luggage, options: Options) -> list[Planned]:
    """The plan with the image's digest, as the platform team pins it, and a gate that fits the user's data."""
    gate = gate_for(luggage.data, options.problem) if options.data else None

    def adapt(each: Planned) -> Planned:
        key = f"{NAMESPACE}modelImage"
        if isinstance(each.settings, DataScienceSettings):
            image = {**json.loads(each.config.get(key, "{}")), "digest": luggage.image.digest}
            return replace(each, config={**each.config, key: json.dumps(image)})
        if gate and each.stack == luggage.stack:
            return replace(each, config={**each.config, f"{NAMESPACE}gate": gate})
        return each

    return [adapt(each) for each in planned]


def travel(
    world: World, runtime: Runtime, planned: Sequence[Planned], luggage: Luggage, options: Options, report: Report
) -> None:
    """Walk the journey of one project."""
    project = next(each for each in planned if each.stack == luggage.stack)
    journey = Journey(world, project, luggage.image, luggage.data, runtime.suite, options.problem)
    runtime.on_approval = journey.approval_asked
    with world.cloud.recorder.during("journey"):
        walk(journey, Steps(world.progress, report), report)


def _id(planned: Planned) -> str:
    assert isinstance(planned.settings, ProjectSettings)  # noqa: S101 - chosen by that
    return planned.settings.id
