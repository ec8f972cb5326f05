"""Check that the accounts of a stage let a project serve in the shape that it asks for."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.serving import ServingShape
from settings.load import StackFile
from settings.problems import SettingsProblem
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


def serverless_is_let_in(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """The owner of every account of a stage lets a project's models run outside the VPC, where they are serverless."""
    for file in stack_files.of_kind(StackKind.PROJECT):
        data_science = stack_files.find(text_at(file, "dataScience"), StackKind.DATA_SCIENCE)
        project = text_at(file, "id")
        for stage in texts_at(file, "stages"):
            path = ("deployments", stage, "serving", "shape")
            if not project or text_at(file, *path) != ServingShape.SERVERLESS:
                continue
            for stack in texts_at(data_science, "workloads"):
                host = stack_files.find(stack, StackKind.WORKLOAD)
                if not host or text_at(host, "stage") != stage or project not in texts_at(host, "projects"):
                    continue
                foundation = _foundation(stack_files, text_at(host, "account"))
                if foundation and project not in texts_at(foundation, "prevention", "serverless"):
                    message = (
                        f"runs outside the VPC, which the boundary of account {text_at(host, 'account')} denies: add "
                        f"{project} to prevention.serverless of {foundation.name}, and its models have neither VPC nor "
                        "network isolation; or choose another shape, such as asynchronous, which scales to zero too"
                    )
                    yield problem_at(file, path, message, ServingShape.SERVERLESS)


def _foundation(stack_files: StackFiles, account: str | None) -> StackFile | None:
    foundations = stack_files.of_kind(StackKind.FOUNDATION)
    return next((each for each in foundations if account and text_at(each, "account") == account), None)


def serving_shapes_are_of_projects(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A workload stack gives shapes of serving to projects that it admits."""
    for file in stack_files.of_kind(StackKind.WORKLOAD):
        admitted = tuple(texts_at(file, "projects"))
        for project in keys_at(file, "servingShapes"):
            if project not in admitted and not in_question(file, "projects"):
                message = "is none of projects: add it there, or drop it here"
                yield problem_at(file, ("servingShapes", project), message, project, allowed=admitted)
