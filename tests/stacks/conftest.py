"""Worlds in which the example platform, or a changed copy of it, comes up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from rehearsal.aws.cloud import Cloud
from rehearsal.console import ConsoleProgress
from rehearsal.engine.state import Resource, Stack
from rehearsal.environment import RehearsalEnvironment
from rehearsal.plan import PlannedStack, plan
from rehearsal.runtime import Runtime
from settings.values import StackKind
from tests.example_files import copy_example


class Platform:
    """The example platform in one AWS; its stack files can be changed between runs."""

    def __init__(self, world: RehearsalEnvironment, directory: Path) -> None:
        self.world, self.directory = world, directory
        self.recorder = world.cloud.recorder

    def settings(self, stack: str) -> dict[str, Any]:
        """A stack file's configuration, without the namespace."""
        text = (self.directory / f"Pulumi.{stack}.yaml").read_text()
        return {k.removeprefix("mlops-platform:"): v for k, v in yaml.safe_load(text)["config"].items()}

    def write(self, stack: str, settings: dict[str, Any]) -> None:
        """Write a stack file."""
        config = {k if ":" in k else f"mlops-platform:{k}": v for k, v in settings.items()}
        (self.directory / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": config}))

    def up(self, *stacks: str) -> dict[str, Stack]:
        """Bring up the named stacks, or all, in order; what they stand on comes with them."""
        planned = plan(self.directory)
        accounts = {each.settings.account for each in planned if each.stack in stacks}

        def needed(each: PlannedStack) -> bool:
            is_up = each.stack in self.world.engine.stacks
            return each.kind == StackKind.FOUNDATION and each.settings.account in accounts and not is_up

        wanted = [each for each in planned if not stacks or each.stack in stacks or needed(each)]
        return {each.stack: self.world.up(each) for each in wanted}

    def resources(self, stack: str, type_: str) -> dict[str, Resource]:
        """Resources of a type by name."""
        found = self.world.engine.stacks[stack].resources.values()
        return {resource.name: resource for resource in found if resource.type == type_}


def example_platform(directory: Path) -> Iterator[Platform]:
    """The example's stack files, copied to a directory, in an AWS of their own; nothing is up yet."""
    copy_example(directory)
    yield from platform_in(directory)


def platform_in(directory: Path) -> Iterator[Platform]:
    """A world of its own for a directory of stack files."""
    progress = ConsoleProgress(Console(quiet=True))
    with Cloud("eu-west-1") as cloud, Runtime(cloud, progress, directory / "logs") as runtime:
        # What comes each minute by itself would be among the requests that tests look at.
        runtime.suite.events.schedules.close()
        world = RehearsalEnvironment(cloud, progress)
        world.engine.invoke_function = runtime.invoke
        try:
            yield Platform(world, directory)
        finally:
            world.close()


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A world of the test's own, with nothing in it."""
    yield from example_platform(tmp_path)
