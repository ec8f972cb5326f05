"""Check that what stands in front of a project's model is admitted, built and reachable: across stack files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from settings.load import StackFile
from settings.problems import SettingsProblem
from settings.stack_files import StackFiles, in_question, problem_at, text_at, texts_at, value_at
from settings.values import StackKind

_PATH = "com.amazonaws."


def apis_are_admitted(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """Each workload stack that serves a stage of a project with an API there admits the API."""
    for file, stage, _ in _apis(stack_files):
        project = text_at(file, "id")
        for workload in _serving(stack_files, file, stage):
            if not in_question(workload, "apis") and project and project not in texts_at(workload, "apis"):
                message = f"{workload.name} admits no API of {project}: add it to apis there, or drop it here"
                yield problem_at(file, ("deployments", stage, "api"), message, None)


def api_functions_are_built(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """A data science stack with a project that has an API builds its functions."""
    for file, stage, _ in _apis(stack_files):
        data_science = stack_files.find(text_at(file, "dataScience"), StackKind.DATA_SCIENCE)
        if data_science is not None and value_at(data_science, ("apiFunctions",)) is False:
            message = f"{data_science.name} builds no functions of APIs: set apiFunctions: true there"
            yield problem_at(file, ("deployments", stage, "api"), message, None)


def apis_reach_their_services(stack_files: StackFiles) -> Iterator[SettingsProblem]:
    """What an API's settings ask for has an endpoint in each account that serves it: functions are in the VPC."""
    for file, stage, api in _apis(stack_files):
        for setting, service, why in _needs(api):
            for workload in _serving(stack_files, file, stage):
                if in_question(workload, "network") or _has_endpoint(workload, service):
                    continue
                message = f"{why}: add {service} to network.endpoints in {workload.name}"
                yield problem_at(file, ("deployments", stage, "api", setting), message, None)


def _needs(api: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Setting, service and reason."""
    if api.get("access") == "private":
        yield "access", "execute-api", "a private API is reached through an endpoint of the account's VPC"
    if api.get("tracing") is True:
        yield "tracing", "xray", "the function writes traces from the VPC"


def _has_endpoint(workload: StackFile, service: str) -> bool:
    named = texts_at(workload, "network", "endpoints")
    return any(each == service or (each.startswith(_PATH) and each.endswith(f".{service}")) for each in named)


def _apis(stack_files: StackFiles) -> Iterator[tuple[StackFile, str, Mapping[str, Any]]]:
    """Project files, a stage and the API there."""
    for file in stack_files.of_kind(StackKind.PROJECT):
        for stage in texts_at(file, "stages"):
            api = value_at(file, ("deployments", stage, "api"))
            if isinstance(api, Mapping):
                yield file, stage, api


def _serving(stack_files: StackFiles, file: StackFile, stage: str) -> Iterator[StackFile]:
    """Workload stacks of a stage that admit the project. One that does not is told by itself."""
    data_science = stack_files.find(text_at(file, "dataScience"), StackKind.DATA_SCIENCE)
    for stack in texts_at(data_science, "workloads"):
        workload = stack_files.find(stack, StackKind.WORKLOAD)
        if workload is None or text_at(workload, "stage") != stage:
            continue
        if text_at(file, "id") in texts_at(workload, "projects"):
            yield workload
