"""Names over AWS's limits, found before anything is created."""

from __future__ import annotations

from collections.abc import Callable

from catalog import names
from settings.foundation import FoundationSettings
from settings.model import DataScienceSettings, ProjectSettings, StackSettings, WorkloadSettings
from settings.problems import SettingsProblem, shown


def names_too_long(stack: str, settings: StackSettings, source: str) -> list[SettingsProblem]:
    """One problem for each part of the stack whose names do not fit."""
    prefix, account, region = settings.prefix, settings.account, settings.region
    if isinstance(settings, ProjectSettings):
        stages = [str(stage) for stage in settings.stages]
        return _problems(source, "id", settings.id, lambda: names.project_stack_names(prefix, settings.id, stages))
    if isinstance(settings, DataScienceSettings):
        scientists = [scientist.name for scientist in settings.studio.scientists]
        return _problems(source, "", None, lambda: names.data_science_names(prefix, stack, account, region, scientists))
    if isinstance(settings, FoundationSettings):
        return _problems(source, "", None, lambda: names.foundation_names(prefix, account, region))
    assert isinstance(settings, WorkloadSettings)  # noqa: S101 - no other kind is left
    stage = str(settings.stage)

    def names_with(projects: list[str]) -> Callable[[], list[str]]:
        return lambda: names.workload_names(prefix, stack, stage, account, region, projects)

    if own := _problems(source, "", None, names_with([])):
        return own
    return [
        problem
        for project in settings.projects
        for problem in _problems(source, "projects", project, names_with([project]))
    ]


def _problems(file: str, key: str, given: str | None, compute: Callable[[], list[str]]) -> list[SettingsProblem]:
    try:
        compute()
    except names.NameTooLong as error:
        return [SettingsProblem(file=file, key=key, given=shown(given) if given else None, message=str(error))]
    return []
