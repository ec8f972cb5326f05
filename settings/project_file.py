"""`Pulumi.yaml`: what it sets for every stack, and what it may not, since no reader of a stack file would see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog.nearest import nearest
from settings.document import KeyPath, closest_line, read
from settings.letters import foreign_hint
from settings.problems import SettingsError, SettingsProblem, shown

PROJECT = "mlops-platform"
NAMESPACE = f"{PROJECT}:"
# What may be the same for every stack.
SHARED = ("prefix", "organization", "region", "tags")
# Source: pulumi/pulumi, sdk/go/common/workspace/project.go, type Project.
KEYS = (
    *("name", "runtime", "description", "author", "website", "license", "config", "template", "backend", "options"),
    *("packages", "requiredPulumiVersion"),
)
REFUSED = {
    "main": "runs another program than the one that is checked: drop it",
    "stackConfigDir": "lets Pulumi read stack files that nobody checks: drop it, they stand beside Pulumi.yaml",
    "plugins": "puts other programs in the place of providers and policy packs, unseen by any check: drop it",
}
ENTRY_KEYS = ("type", "description", "items", "default")
# Keys of the engine itself: tags of the stack in its backend, and what `pulumi new` notes.
ENGINE_KEYS = ("pulumi:tags", "pulumi:template")


def defaults(path: Path) -> dict[str, object]:
    """Values that the file sets for every stack, by key without namespace; no file, no values. Raises SettingsError."""
    if not path.exists():
        return {}
    document = read(path)
    values = document.values
    problems = [*document.problems]
    refused = [*_keys(values), *_entries(values.get("config"))]
    for key_path, message, allowed in refused:
        key = ".".join(str(step) for step in key_path)
        line = closest_line(document.positions, key_path)
        match = nearest(key, allowed) if allowed else None
        problems.append(
            SettingsProblem(file=path.name, key=key, message=message, line=line, allowed=allowed, nearest=match)
        )
    if problems:
        raise SettingsError(problems)
    entries: Mapping[str, Any] = values.get("config") or {}
    return {
        key.removeprefix(NAMESPACE): entry["default"] if isinstance(entry, dict) else entry
        for key, entry in entries.items()
        if key not in ENGINE_KEYS
    }


def _keys(values: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str, tuple[str, ...]]]:
    """What is wrong with the file's own keys: their path, a message, what is allowed."""
    if "name" in values and values["name"] != PROJECT:
        given = f"is {shown(values['name'])}, and settings of the namespace {PROJECT} would be read by nobody: "
        yield ("name",), f"{given}write {PROJECT}", ()
    runtime = values.get("runtime")
    language = runtime.get("name") if isinstance(runtime, dict) else runtime
    if "runtime" in values and language != "python":
        yield ("runtime",), f"is {shown(language)}, and the program is one in python", ()
    for key in values:
        if key in REFUSED:
            yield (key,), REFUSED[key], ()
        elif key not in KEYS:
            yield (key,), f"{foreign_hint(key)}is no key of Pulumi.yaml that anybody reads", KEYS


def _entries(config: object) -> Iterator[tuple[KeyPath, str, tuple[str, ...]]]:
    if config is None:
        return
    if not isinstance(config, dict):
        yield ("config",), "must be a section with a default for each key, or be dropped", ()
        return
    for key, entry in config.items():
        message = _of_entry(key, entry)
        if message:
            yield ("config", key), message, ()


def _of_entry(key: str, entry: object) -> str | None:
    """What is wrong with one setting for every stack."""
    name = key.removeprefix(NAMESPACE)
    values = entry if isinstance(entry, dict) else {"default": entry}
    if key in ENGINE_KEYS:
        return None
    if ":" in name:
        return f"{foreign_hint(key)}is of a namespace that nobody reads: {PROJECT} alone is, and in stack files"
    return _unshared(key, values.get("default")) if name not in SHARED else _malformed(values)


def _unshared(key: str, value: object) -> str:
    if key.endswith("protect") and value in (False, "false"):
        return "takes the protection from every stack that does not say otherwise: drop it, and write it per stack"
    shared = ", ".join(SHARED)
    return f"{foreign_hint(key)}would be taken by every stack, unseen: write it into each; here stand only {shared}"


def _malformed(values: Mapping[str, Any]) -> str | None:
    if other := next((key for key in values if key not in ENTRY_KEYS), None):
        return f"has the key {other}, and may have {', '.join(ENTRY_KEYS)}: drop it"
    if "default" not in values:
        return "has no default, so that the engine demands it of every stack: give one, or drop it"
    return None
