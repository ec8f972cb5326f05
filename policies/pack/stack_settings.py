"""What a stack's own settings ask for, where a rule must know it: a name or a tag could claim anything."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import yaml

from policies.pack.captured import PROJECT
from policies.pack.model import StackResource

ROOT = Path(__file__).resolve().parents[2]
_folders = [ROOT]


@contextmanager
def settings_in(folder: Path) -> Iterator[None]:
    """Stack files are read from another folder than the program's for as long as this lasts."""
    _folders.append(folder)
    try:
        yield
    finally:
        _folders.pop()


def stack_of(resource: StackResource) -> str:
    """The stack in the resource's URN."""
    return resource.urn.split("::")[0].rpartition(":")[2]


def stack_file(resource: StackResource) -> str:
    """Name of the file with the settings of the resource's stack."""
    return f"Pulumi.{stack_of(resource)}.yaml"


def asks_for_nat(resource: StackResource) -> bool:
    """Whether `network.nat` of the resource's stack is true. What cannot be read asks for nothing."""
    network = _setting(stack_of(resource), "network")
    return isinstance(network, Mapping) and str(network.get("nat")).lower() == "true"


def _setting(stack: str, key: str) -> object:
    name, folder = f"{PROJECT}:{key}", _folders[-1]
    if os.environ.get("PULUMI_STACK") == stack and "PULUMI_CONFIG" in os.environ:
        return _as_cli_says(os.environ["PULUMI_CONFIG"], name)
    return _of_file(folder / f"Pulumi.{stack}.yaml").get(name)


def _as_cli_says(config: str, name: str) -> object:
    """The CLI hands a pack the configuration that it uses: a JSON object whose sections are JSON in text."""
    try:
        given = json.loads(config)
        value = given.get(name) if isinstance(given, Mapping) else None
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


@cache
def _of_file(path: Path) -> Mapping[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    config = content.get("config") if isinstance(content, Mapping) else None
    return config if isinstance(config, Mapping) else {}
