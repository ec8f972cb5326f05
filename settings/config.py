"""The configuration that settings come in: namespaces, defaults, and what the engine makes of a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

from settings.document import read
from settings.explain import is_text, keys_of
from settings.foundation import FoundationSettings
from settings.model import DataScienceSettings, ProjectSettings, StackSettings, WorkloadSettings
from settings.project_file import NAMESPACE, defaults
from settings.values import StackKind

PROVIDERS = "pulumi:disable-default-providers"
# What `pulumi` itself keeps in a stack file, but for `environment`, which `settings.placement` refuses.
# Source: sdk/go/common/workspace/project.go, type ProjectStack.
FILE_KEYS = ("config", "secretsprovider", "encryptedkey", "encryptionsalt")
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
