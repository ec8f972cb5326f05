"""Check that the accounts of a stage let a project serve in the shape that it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from settings.problems import SettingsProblem
from settings.serving import ServingShape
from settings.stack_files import StackFiles, in_question, keys_at, problem_at, text_at, texts_at
from settings.values import StackKind


def serving_shapes_are_let_in(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Every workload stack of a stage names the shape, beside the single endpoint, that a project serves in there."""
    for file in stack_files.of_kind(StackKind.PROJECT):
        data_science = stack_files.find(text_at(file, "dataScience"), StackKind.DATA_SCIENCE)
        workloads = [stack_files.find(stack, StackKind.WORKLOAD) for stack in texts_at(data_science, "workloads")]
        project = text_at(file, "id")
        for stage in texts_at(file, "stages"):
            path = ("deployments", stage, "serving", "shape")
            shape = text_at(file, *path)
            if not project or not shape or shape == ServingShape.SINGLE:
                continue
            for host in workloads:
                serves = host and text_at(host, "stage") == stage and project in texts_at(host, "projects")
                if host and serves and shape not in texts_at(host, "servingShapes", project):
                    message = f"is not let in by {host.name}: add {shape} to servingShapes.{project} there"
                    yield problem_at(file, path, message, shape)


def serving_shapes_are_of_projects(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A workload stack gives shapes of serving to projects that it admits."""
    for file in stack_files.of_kind(StackKind.WORKLOAD):
        admitted = tuple(texts_at(file, "projects"))
        for project in keys_at(file, "servingShapes"):
            if project not in admitted and not in_question(file, "projects"):
                message = "is none of projects: add it there, or drop it here"
                yield problem_at(file, ("servingShapes", project), message, project, allowed=admitted)
