"""The configuration that settings come in: namespaces, defaults, and what the engine makes of a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from catalog.nearest import nearest
from settings.document import Document, Positions, line_of, read
from settings.explain import is_text, keys_of
from settings.foundation import FoundationSettings
from settings.model import DataScienceSettings, ProjectSettings, StackSettings, WorkloadSettings
from settings.problems import SettingsProblem, shown
from settings.project_file import NAMESPACE, PROJECT, defaults
from settings.values import StackKind

PROVIDERS = "pulumi:disable-default-providers"
# What `pulumi` itself keeps in a stack file. Source: sdk/go/common/workspace/project.go, type ProjectStack.
FILE_KEYS = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
# Where the stack's secrets are encrypted with: `pulumi stack init` writes it, and it holds no secret.
SECRETS_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")
MODELS: dict[StackKind, type[StackSettings]] = {
    StackKind.FOUNDATION: FoundationSettings,
    StackKind.WORKLOAD: WorkloadSettings,
    StackKind.DATA_SCIENCE: DataScienceSettings,
    StackKind.PROJECT: ProjectSettings,
}
AnyStack: TypeAlias = FoundationSettings | WorkloadSettings | DataScienceSettings | ProjectSettings


def engine_config(path: Path) -> dict[str, str]:
    """What `pulumi` hands to a program for this stack file and the `Pulumi.yaml` beside it. Checks no settings."""
    declared = {NAMESPACE + key: value for key, value in defaults(path.parent / "Pulumi.yaml").items()}
    config = read(path).values.get("config")
    return {key: _encoded(value) for key, value in (declared | (config if isinstance(config, dict) else {})).items()}


def problems_beside_config(document: Document, file: str) -> list[SettingsProblem]:
    """Problems with the keys beside `config`, which are the engine's own."""
    problems = []
    for key in document.values:
        line = line_of(document.positions, (key,))
        if key not in FILE_KEYS:
            hint = "is not a key of a stack file; settings stand below config:"
            match = nearest(key, FILE_KEYS)
            problems.append(
                SettingsProblem(file=file, key=key, line=line, message=hint, allowed=FILE_KEYS, nearest=match)
            )
        elif key in SECRETS_KEYS and not _is_line(document.values[key]):
            message = "is no text on one line, as `pulumi stack init` writes it: take it from there again"
            problems.append(SettingsProblem(file=file, key=key, line=line, message=message))
    return problems


def _is_line(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and bool(value)


def config_section(document: Document, file: str, problems: list[SettingsProblem]) -> dict[str, Any]:
    """The section `config`, empty if there is none, which is added to `problems`."""
    config = document.values.get("config")
    if isinstance(config, dict):
        return config
    line = line_of(document.positions, ("config",))
    message = "must be a section with the stack's settings" if line else "is missing: the section with the settings"
    problems.append(SettingsProblem(file=file, key="config", line=line, message=message))
    return {}


def namespace_problems(config: Mapping[str, Any], file: str, positions: Positions) -> list[SettingsProblem]:
    """Problems with keys outside the program's namespace: settings that nobody would read, and default providers."""
    problems = []
    setting_names = {key for model in MODELS.values() for key in keys_of(model)}
    for key in config:
        space, colon, name = key.rpartition(":")
        message = None
        if not colon:
            message = f"needs its namespace: {NAMESPACE}{key}"
        elif space != PROJECT and (space.startswith("mlops") or nearest(space, [PROJECT])):
            message = f"stands in the namespace {space}, which nobody reads"
            message += f": write {NAMESPACE}{name}" if name in setting_names else f"; ours is {PROJECT}"
        if message:
            line = line_of(positions, ("config", key))
            problems.append(SettingsProblem(file=file, key=key, line=line, message=message))
    disabled = config.get(PROVIDERS)
    if not isinstance(disabled, list) or not {"aws", "*"} & {str(name) for name in disabled}:
        message = 'must be ["aws"]: a resource without a provider of its own would go to whatever account is signed in'
        given = shown(disabled) if PROVIDERS in config else None
        line = line_of(positions, ("config", PROVIDERS))
        problems.append(SettingsProblem(file=file, key=PROVIDERS, given=given, line=line, message=message))
    return problems


def decoded(key: str, value: Any) -> Any:
    """A value as the file would have given it. Only JSON of a structured setting is read as JSON."""
    if not isinstance(value, str) or (key != PROVIDERS and not _structured(key.removeprefix(NAMESPACE))):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _structured(key: str) -> bool:
    fields = [field for model in MODELS.values() if (field := keys_of(model).get(key))]
    return bool(fields) and not any(is_text(field.annotation) for field in fields)


def _encoded(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
