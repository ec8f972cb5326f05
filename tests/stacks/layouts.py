"""Layouts other than the example's, made from its own stack files: `python -m tests.stacks.layouts single FOLDER`.

Made, not committed: what the example's files gain, every layout gains.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.example_files import copy_example

HOME = "111111111111"
SECOND = "444444444444"
ELSEWHERE = "555555555555"
NAMESPACE = "mlops-platform:"
Settings = dict[str, Any]


class Layout:
    """A folder of stack files that starts as a copy of the example's."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        copy_example(directory)

    def stacks(self) -> dict[str, Settings]:
        """Settings of every stack, without the namespace."""
        paths = sorted(self.directory.glob("Pulumi.*.yaml"))
        return {path.name.split(".")[1]: self._read(path) for path in paths}

    def write(self, stack: str, settings: Mapping[str, Any]) -> None:
        """Write a stack file."""
        config = {key if ":" in key else NAMESPACE + key: value for key, value in settings.items()}
        self._path(stack).write_text(yaml.safe_dump({"config": config}, sort_keys=False))

    def change(self, stack: str, **settings: Any) -> None:
        """Set some settings of a stack."""
        self.write(stack, self._read(self._path(stack)) | settings)

    def drop(self, stack: str) -> None:
        """Remove a stack file."""
        self._path(stack).unlink()

    def foundation(self, account: str, like: str, stack: str) -> None:
        """Give an account a foundation like another account's, where the example has foundations."""
        for settings in self.stacks().values():
            if settings["kind"] == "foundation" and settings["account"] == like:
                self.write(stack, _moved(settings, like, account))

    def _path(self, stack: str) -> Path:
        return self.directory / f"Pulumi.{stack}.yaml"

    def _read(self, path: Path) -> Settings:
        config = yaml.safe_load(path.read_text())["config"]
        return {key.removeprefix(NAMESPACE): value for key, value in config.items()}


def single(layout: Layout) -> None:
    """Everything in one account, which has one foundation."""
    for stack, settings in layout.stacks().items():
        if settings["account"] == HOME:
            continue
        if settings["kind"] == "foundation":
            layout.drop(stack)
        else:
            layout.write(stack, _moved(settings, settings["account"], HOME))
    layout.change("dev", singleAccount=True)


def two_productions(layout: Layout) -> None:
    """A second account serves production."""
    _second(layout, "prod-2", SECOND, "10.40.0.0/16", {})


def another_region(layout: Layout) -> None:
    """A third production account in another region, which is made ready and admits no project yet."""
    two_productions(layout)
    elsewhere = {"region": "eu-central-1", "projects": [], "apis": []}
    _second(layout, "prod-central", ELSEWHERE, "10.50.0.0/16", elsewhere)
    registry = {"account": HOME, "stack": "dev", "region": "eu-west-1"}
    layout.change("prod-central", registry=registry)
    if "foundation-prod-central" in layout.stacks():
        layout.change("foundation-prod-central", region="eu-central-1")


LAYOUTS: dict[str, Callable[[Layout], None]] = {
    "single": single,
    "two-productions": two_productions,
    "another-region": another_region,
}


def _second(layout: Layout, stack: str, account: str, cidr: str, changed: Settings) -> None:
    production = layout.stacks()["prod"]
    network = {**production["network"], "cidr": cidr, "availabilityZones": 2}
    layout.write(stack, _moved(production, production["account"], account) | {"network": network} | changed)
    layout.foundation(account, production["account"], f"foundation-{stack}")
    layout.change("dev", workloads=[*layout.stacks()["dev"]["workloads"], stack])


def _moved(settings: Settings, account: str, other: str) -> Settings:
    """The settings with one account's id replaced wherever it stands."""

    def moved(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(account, other)
        if isinstance(value, list):
            return [moved(one) for one in value]
        return {key: moved(one) for key, one in value.items()} if isinstance(value, dict) else value

    return {key: moved(value) for key, value in settings.items()}


if __name__ == "__main__":
    LAYOUTS[sys.argv[1]](Layout(Path(sys.argv[2])))
