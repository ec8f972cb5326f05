"""A folder of stack files as the example with changes, each of which can be left out again."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.example_files import EXAMPLE, copy_example

NAMESPACE = "mlops-platform:"
HOME, STAGING, PRODUCTION = "111111111111", "222222222222", "333333333333"
Settings = dict[str, Any]
# The settings of each stack, without the namespace. What stands below `FILE` is beside `config` in the file.
Stacks = dict[str, Settings]
FILE = "file:"
PROJECT_FILE = "Pulumi.yaml"


@dataclass(frozen=True)
class Change:
    """One change of the stack files; it changes nothing where the stacks that it is about are not there.

    `what` says in words what is changed, with the value, so that whoever reads of a miss can make it again.
    """

    what: str
    apply: Callable[[Stacks], None]

    def __repr__(self) -> str:
        return self.what


def example() -> Stacks:
    """The example's settings."""
    return {path.name.split(".")[1]: _read(path) for path in sorted(EXAMPLE.glob("Pulumi.*.yaml"))}


def _read(path: Path) -> Settings:
    config = yaml.safe_load(path.read_text(encoding="utf-8"))["config"]
    return {key.removeprefix(NAMESPACE): value for key, value in config.items()}


def changed(changes: Sequence[Change]) -> Stacks:
    """The example's settings with the changes, in their order."""
    stacks = copy.deepcopy(example())
    for change in changes:
        change.apply(stacks)
    return stacks


class _Dumper(yaml.SafeDumper):
    """Writes a value out each time: anchors and aliases are not read."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def write(stacks: Stacks, directory: Path) -> None:
    """Write the stack files, with the example's Pulumi.yaml beside them."""
    directory.mkdir(parents=True, exist_ok=True)
    copy_example(directory)
    for path in directory.glob("Pulumi.*.yaml"):
        path.unlink()
    for stack, settings in stacks.items():
        config = {
            key if ":" in key else NAMESPACE + key: value for key, value in settings.items() if not key.startswith(FILE)
        }
        beside = {key.removeprefix(FILE): value for key, value in settings.items() if key.startswith(FILE)}
        text = yaml.dump(beside | {"config": config}, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
        (directory / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")


def shown(value: object) -> str:
    """A value in one line, whole: every character that could be taken for another by its number."""
    return json.dumps(value, ensure_ascii=True)


def at(settings: Settings, *path: str) -> Any:
    """The section at a path, made where it is missing, for a change to write into."""
    found: Any = settings
    for key in path:
        found = found.setdefault(key, {})
    return found


def of_kind(stacks: Stacks, *kinds: str) -> list[str]:
    """Names of the stacks of some kinds."""
    return [stack for stack, settings in stacks.items() if settings.get("kind") in kinds]


def replaced(value: Any, old: str, new: str) -> Any:
    """The value with a text replaced wherever it stands."""
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, list):
        return [replaced(each, old, new) for each in value]
    return {key: replaced(each, old, new) for key, each in value.items()} if isinstance(value, dict) else value
