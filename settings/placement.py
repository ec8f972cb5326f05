"""Which of a stack file's keys are settings, and which ones somebody put elsewhere or spelt otherwise.

A key in the wrong place is one mistake: its value is taken for what was meant, so that nothing else is called missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.nearest import nearest
from settings.config import FILE_KEYS, MODELS, PROVIDERS, SECRETS_KEYS, decoded
from settings.document import Document, KeyPath, Positions, SourcePosition, line_of
from settings.explain import keys_of
from settings.letters import foreign_hint
from settings.problems import SettingsProblem, shown
from settings.project_file import ENGINE_KEYS, NAMESPACE, PROJECT

SETTINGS = frozenset(key for model in MODELS.values() for key in keys_of(model))
# What default providers would have read. Source: pulumi_aws, `Provider`.
OF_PROVIDER = {
    "region": "region",
    "profile": "credentials.profile",
    "assumeRoles": "credentials.roleArn",
    "allowedAccountIds": "account",
    "defaultTags": "tags",
}
# Pulumi Documentation, "Pulumi ESC", "Integrate with Pulumi IaC": its `pulumiConfig` becomes configuration of the stack
# when a command runs, and its `environmentVariables` that command's own.
REFUSED = {
    "environment": "takes configuration and credentials from Pulumi ESC when a command runs, which no check has seen: "
    "write the settings below config:, and drop it"
}


@dataclass
class Placed:
    """The settings by their key without namespace, with the positions of their values and what is out of place."""

    values: dict[str, Any] = field(default_factory=dict)
    positions: dict[KeyPath, SourcePosition] = field(default_factory=dict)
    problems: list[SettingsProblem] = field(default_factory=list)
    is_missing: bool = False  # there is nothing that could hold a setting


def placed(document: Document, file: str) -> Placed:
    """The settings of a stack file, wherever in it they stand."""
    section, problems = _section(document, file)
    config = document.values.get(section)
    moved = [key for key in document.values if key not in FILE_KEYS and _is_setting(key)]
    positions = {path[1:]: position for path, position in document.positions.items() if path[0] == section}
    positions |= {path: position for path, position in document.positions.items() if path[0] in moved}
    values = {key: document.values[key] for key in moved} | (config if isinstance(config, dict) else {})
    if moved:
        problems.append(_unindented(file, moved, document.positions))
    elif not isinstance(config, dict):
        line = line_of(document.positions, (section,))
        message = "must be a section with the stack's settings" if line else "is missing: the section with the settings"
        problems.append(SettingsProblem(file=file, key="config", line=line, message=message))
        return Placed(problems=problems, is_missing=True)
    found = of_config(values, file, positions)
    return Placed(found.values, found.positions, [*problems, *found.problems])


def of_config(config: Mapping[str, Any], file: str, positions: Positions) -> Placed:
    """The settings among keys with their namespaces, as in a file below `config`, or from the engine."""
    names: dict[str, str] = {}
    problems: list[SettingsProblem] = []
    providers = PROVIDERS
    for key in config:
        space, colon, name = key.rpartition(":")
        if space == PROJECT:
            names[key] = name
            continue
        if _is_about_providers(key, config):
            providers = key
        message = _misplaced(space if colon else None, name, key)
        if message:
            line = line_of(positions, (key,))
            problems.append(SettingsProblem(file=file, key=key, line=line, message=foreign_hint(key) + message))
            if name in SETTINGS and _is_ours(space) and NAMESPACE + name not in config:
                names[key] = name
    problems += _default_providers(config, providers, file, positions)
    values = {name: decoded(NAMESPACE + name, config[key]) for key, name in names.items()}
    below = {(names[str(path[0])], *path[1:]): at for path, at in positions.items() if path and path[0] in names}
    return Placed(values, below, problems)


def _section(document: Document, file: str) -> tuple[str, list[SettingsProblem]]:
    """The key that the settings stand below, and problems with the other keys beside it, which are the engine's."""
    section, problems = "config", []
    for key, value in document.values.items():
        line, message = line_of(document.positions, (key,)), None
        match = nearest(key, FILE_KEYS)
        if key in FILE_KEYS:
            if key in SECRETS_KEYS and not (isinstance(value, str) and value and value.isprintable()):
                message = "is no text on one line, as `pulumi stack init` writes it: take it from there again"
                problems.append(SettingsProblem(file=file, key=key, line=line, message=message))
        elif key in REFUSED:
            problems.append(SettingsProblem(file=file, key=key, line=line, message=REFUSED[key]))
        elif not _is_setting(key):
            message = f"{foreign_hint(key)}is not a key of a stack file; settings stand below config:"
            problems.append(
                SettingsProblem(file=file, key=key, line=line, message=message, allowed=FILE_KEYS, nearest=match)
            )
            if match == "config" and "config" not in document.values:
                section = key
    return section, problems


def _unindented(file: str, keys: list[str], positions: Positions) -> SettingsProblem:
    lines = [line for key in keys if (line := line_of(positions, (key,)))]
    if len(keys) == 1:
        message = "stands beside config:, where nobody reads it: indent it by two spaces, below config:"
    else:
        message = (
            f"and {len(keys) - 1} more keys, to line {max(lines)}, stand beside config:, where nobody reads them: "
        )
        message += "indent them by two spaces, below config:"
    return SettingsProblem(file=file, key=keys[0], line=min(lines, default=None), message=message)


def _is_setting(key: str) -> bool:
    """Whether a key beside `config` is one that belongs below it."""
    space, colon, name = key.rpartition(":")
    return name in SETTINGS if not colon else _is_ours(space) or space in ("pulumi", "aws")


def _is_ours(space: str) -> bool:
    return not space or space.startswith("mlops") or nearest(space, [PROJECT]) is not None


def _is_about_providers(key: str, config: Mapping[str, Any]) -> bool:
    """Whether a key is what somebody wrote for the one that switches default providers off."""
    return PROVIDERS not in config and key.startswith("pulumi:") and nearest(key, [PROVIDERS], 0.9) is not None


def _misplaced(space: str | None, name: str, key: str) -> str | None:
    """Why nobody reads a key; nothing where somebody does."""
    if space is None:
        return f"needs its namespace: {NAMESPACE}{key}"
    if key in (PROVIDERS, *ENGINE_KEYS):
        return None
    if space == "pulumi":
        hint = f"did you mean {PROVIDERS}?" if nearest(key, [PROVIDERS]) else "drop it"
        return f"is none of the engine's keys that the platform knows: {hint}"
    if _is_ours(space):
        ours = f": write {NAMESPACE}{name}" if name in SETTINGS else f"; ours is {PROJECT}"
        return f"stands in the namespace {space}, which nobody reads{ours}"
    if space == "aws":
        own = f"write {NAMESPACE}{OF_PROVIDER[name]} instead" if name in OF_PROVIDER else "drop it"
        return f"is read by nobody, since default providers are off and the stack's own has its settings: {own}"
    return f"stands in the namespace {space}, which nobody reads: drop it"


def _default_providers(config: Mapping[str, Any], key: str, file: str, positions: Positions) -> list[SettingsProblem]:
    disabled = decoded(PROVIDERS, config.get(key))
    if isinstance(disabled, list) and {"aws", "*"} & {str(name) for name in disabled}:
        return []
    if key != PROVIDERS:  # told already
        return []
    message = 'must be ["aws"]: a resource without a provider of its own would go to whatever account is signed in'
    message = next((hint for name in _texts(disabled) if (hint := foreign_hint(name))), "") + message
    given = shown(disabled) if key in config else None
    line = line_of(positions, (key,))
    return [SettingsProblem(file=file, key=key, given=given, line=line, message=message)]


def _texts(value: object) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
