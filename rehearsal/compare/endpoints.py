"""Which endpoints the settings ask for: deploy pipelines start them, so no stack declares them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from rehearsal.compare.capture import ENDPOINTS, EndpointInstances
from settings.model import ProjectSettings, WorkloadSettings
from settings.stack_files import read_stack_files


def write_endpoints(directory: Path, folder: Path) -> bool:
    """Write down what the stack files in a directory ask for; False where some of them cannot be read.

    They are read as this program reads them: a file of another version may not be.
    """
    files = read_stack_files(directory).files
    if any(file.settings is None for file in files):
        return False
    workloads = [file.settings for file in files if isinstance(file.settings, WorkloadSettings)]
    projects = [(file.stack, file.settings) for file in files if isinstance(file.settings, ProjectSettings)]
    found = [each for stack, project in projects for each in _of_project(stack, project, workloads)]
    (folder / ENDPOINTS).write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n")
    return True


def _of_project(stack: str, project: ProjectSettings, workloads: list[WorkloadSettings]) -> list[EndpointInstances]:
    found = []
    for stage in project.stages:
        size = getattr(project.deployments, stage)
        serving = [each.region for each in workloads if each.stage is stage and project.id in each.projects]
        found += [
            EndpointInstances(
                stack=stack,
                stage=str(stage),
                region=region,
                instance_type=size.instance_type,
                instances=size.min_instances,
                places=serving.count(region),
            )
            for region in sorted(set(serving))
        ]
    return found
