"""The project that a command is about, from the stack files: where it is, and how its things are called."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from catalog.names import Names, ProjectNames
from catalog.scope import Scope
from operate.errors import OperateError
from settings.check import check
from settings.model import ProjectSettings, WorkloadSettings
from settings.stack_files import read_stack_files


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project in its data science account, and the accounts of each of its stages."""

    id: str
    scope: Scope
    data_science: str
    stages: tuple[str, ...]
    accounts: dict[str, tuple[str, ...]]

    @property
    def names(self) -> ProjectNames:
        """Names of its things."""
        return ProjectNames(self.scope.prefix, self.id)

    @property
    def bucket(self) -> str:
        """The bucket that holds its records."""
        return Names(self.scope.prefix, self.data_science).bucket_in(self.scope, "artifacts")

    def pipeline(self, purpose: str) -> str:
        """Name of its CodePipeline for a purpose: build, deploy or rollback."""
        return self.names.code_pipeline(purpose)

    def package(self, version: str) -> str:
        """ARN of a version of its model."""
        return self.scope.arn("sagemaker", f"model-package/{self.names.group()}/{version}")


def find_projects(directory: Path, only: str | None = None) -> list[Project]:
    """The projects of a directory's stack files, or the one of that id. Raises OperateError."""
    problems = check(directory)
    if problems:
        shown = "\n".join(str(problem) for problem in problems)
        raise OperateError(f"the stack files say nothing certain, correct them first (`make check`):\n{shown}")
    stack_files = read_stack_files(directory)
    every = [file.settings for file in stack_files.files if file.settings is not None]
    workloads = [each for each in every if isinstance(each, WorkloadSettings)]
    known = [each for each in every if isinstance(each, ProjectSettings)]
    found = [_project(each, workloads) for each in known if only in (None, each.id)]
    if not found:
        names = ", ".join(sorted(each.id for each in known)) or "none"
        raise OperateError(f"project {only!r} has no stack file in {directory}; projects: {names}")
    return sorted(found, key=lambda project: project.id)


def find_project(directory: Path, id: str) -> Project:
    """The project of that id. Raises OperateError."""
    (found,) = find_projects(directory, id)
    return found


def _project(settings: ProjectSettings, workloads: list[WorkloadSettings]) -> Project:
    stages = tuple(stage.value for stage in settings.stages)
    return Project(
        id=settings.id,
        scope=Scope.of_account(settings.account, settings.region, settings.prefix),
        data_science=settings.data_science,
        stages=stages,
        accounts={
            stage: tuple(sorted(w.account for w in workloads if w.stage.value == stage and settings.id in w.projects))
            for stage in stages
        },
    )
