"""Stack files with a second production account, for a directory that has one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from rehearsal.options import Options
from settings.foundation import FoundationSettings
from settings.model import DataScienceSettings, WorkloadSettings
from settings.project_file import NAMESPACE
from settings.stack_files import read_stack_files

SECOND = "444444444444"
_SUFFIX = "-second"


def with_second_production(options: Options) -> Path:
    """A copy of the directory's stack files in which production has a second account, like the first.

    The directory itself where production has two accounts already, or none that could be copied.
    """
    stack_files = read_stack_files(options.directory)
    settings = {file.stack: file.settings for file in stack_files.files}
    production = [
        (stack, each)
        for stack, each in settings.items()
        if isinstance(each, WorkloadSettings) and each.stage.value == "production"
    ]
    if len(production) != 1:
        return options.directory
    stack, workload = production[0]
    folder = options.folder / "stacks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in options.directory.glob("*.yaml"):
        shutil.copy(path, folder / path.name)
    foundations = [
        name
        for name, each in settings.items()
        if isinstance(each, FoundationSettings) and each.account == workload.account
    ]
    for name in (*foundations, stack):
        _copied(folder, name, workload.account)
    for name, each in settings.items():
        if isinstance(each, DataScienceSettings) and stack in each.workloads:
            _change(folder / f"Pulumi.{name}.yaml", "workloads", [*each.workloads, f"{stack}{_SUFFIX}"])
    return folder


def _copied(folder: Path, stack: str, account: str) -> None:
    """The stack file for the second account, whose VPC is elsewhere."""
    text = (folder / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8").replace(account, SECOND)
    path = folder / f"Pulumi.{stack}{_SUFFIX}.yaml"
    path.write_text(text, encoding="utf-8")
    network = _config(path).get(f"{NAMESPACE}network")
    if isinstance(network, dict) and "cidr" in network:
        _change(path, "network", {**network, "cidr": "10.97.0.0/16"})


def _config(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["config"]
    return found


def _change(path: Path, key: str, value: Any) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["config"][f"{NAMESPACE}{key}"] = value
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
