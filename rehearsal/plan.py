"""The stacks of a rehearsal in their order, read from the stack files as `pulumi up` would find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from settings.check import check
from settings.config import AnyStack, engine_config
from settings.problems import SettingsError
from settings.stack_files import StackFiles, read_stack_files


@dataclass(frozen=True)
class PlannedStack:
    """A stack, its settings, and its configuration as the engine hands it to the program."""

    stack: str
    settings: AnyStack
    config: Mapping[str, str]

    @property
    def kind(self) -> str:
        """Kind of the stack, as its file names it."""
        return str(self.settings.kind)


def plan(directory: Path, overrides: Mapping[str, Mapping[str, str]] | None = None) -> list[PlannedStack]:
    """The directory's stacks in the order in which they come up.

    `overrides` replaces configuration texts by stack and full key. Raises SettingsError with
    everything that is wrong with the files, alone and together.
    """
    problems = check(directory)
    if problems:
        raise SettingsError(problems)
    stack_files = read_stack_files(directory)
    return [
        _planned(directory, stack_files, stack, (overrides or {}).get(stack, {})) for stack in stack_files.in_order()
    ]


def _planned(directory: Path, stack_files: StackFiles, stack: str, overrides: Mapping[str, str]) -> PlannedStack:
    settings = stack_files.by_stack[stack].settings
    assert settings is not None  # noqa: S101 - in_order gives none that are wrong
    config = engine_config(directory / f"Pulumi.{stack}.yaml")
    return PlannedStack(stack, settings, {**config, **overrides})
