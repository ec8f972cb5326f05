"""Which stacks are rehearsed, in which order: read from the stack files, as `pulumi up` would find them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from settings.check import check, read_estate
from settings.config import AnyStack
from settings.model import DataScienceSettings, ProjectSettings, WorkloadSettings
from settings.problems import SettingsError

# Workload stacks first: AWS refuses a policy that names a role which does not exist.
ORDER = (WorkloadSettings, DataScienceSettings, ProjectSettings)


@dataclass(frozen=True)
class Planned:
    """A stack, its settings, and its configuration as the engine hands it to the program."""

    stack: str
    settings: AnyStack
    config: Mapping[str, str]

    @property
    def kind(self) -> str:
        """Kind of the stack, as its file says it."""
        return str(self.settings.kind)


def plan(directory: Path, overrides: Mapping[str, Mapping[str, Any]] | None = None) -> list[Planned]:
    """The directory's stacks in the order in which they come up.

    `overrides` replaces configuration by stack and key, as `pulumi up --config` would. Raises SettingsError with
    everything that is wrong with the files, alone and together.
    """
    problems = check(directory)
    if problems:
        raise SettingsError(problems)
    estate = read_estate(directory)
    found = [file for file in estate.files if file.settings is not None]
    planned = [
        Planned(file.stack, file.settings, _config(directory, file.stack, overrides or {}))
        for file in found
        if file.settings
    ]
    return sorted(planned, key=lambda each: (_rank(each), each.stack))


def _rank(planned: Planned) -> int:
    return next(i for i, kind in enumerate(ORDER) if isinstance(planned.settings, kind))


def _config(directory: Path, stack: str, overrides: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    project = yaml.safe_load((directory / "Pulumi.yaml").read_text())
    defaults = {key: each["default"] for key, each in project.get("config", {}).items() if "default" in each}
    values = yaml.safe_load((directory / f"Pulumi.{stack}.yaml").read_text())["config"]
    whole = {**defaults, **values, **overrides.get(stack, {})}
    return {key: _text(value) for key, value in whole.items()}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)
