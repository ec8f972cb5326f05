"""The JSON schema of a stack file, for editors: the same classes that read the settings, with the engine's keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from settings.config import FILE_KEYS, MODELS, NAMESPACE, PROVIDERS
from settings.values import Kind

COMMITTED = Path(__file__).parents[1] / "docs" / "generated" / "settings.schema.json"
FOREIGN_KEY = rf"^(?!{NAMESPACE})[^:]+:.+$"


def schema() -> dict[str, Any]:
    """The schema: which keys a stack file has, kind by kind. JSON Schema 2020-12."""
    definitions: dict[str, Any] = {}
    choices = []
    for kind, model in MODELS.items():
        own = model.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions |= own.pop("$defs", {})
        definitions[model.__name__] = _config(own)
        choices.append(
            {
                "if": {"properties": {f"{NAMESPACE}kind": {"const": str(kind)}}},
                "then": {"$ref": f"#/$defs/{model.__name__}"},
            }
        )
    kinds = {"description": "What the stack builds.", "enum": [str(kind) for kind in Kind]}
    config = {
        "type": "object",
        "required": [f"{NAMESPACE}kind", PROVIDERS],
        "properties": {f"{NAMESPACE}kind": kinds},
        "allOf": choices,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pulumi.<stack>.yaml",
        "description": "Settings of one stack of the platform.",
        "type": "object",
        "required": ["config"],
        "additionalProperties": False,
        "properties": {key: {} for key in FILE_KEYS} | {"config": config},
        "$defs": definitions,
    }


def text() -> str:
    """The schema as it is committed."""
    return json.dumps(schema(), indent=1, sort_keys=True) + "\n"


def write(path: Path = COMMITTED) -> None:
    """Writes the schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(), encoding="utf-8")


def _config(own: dict[str, Any]) -> dict[str, Any]:
    """One kind's settings under the keys of a stack file; keys of other namespaces are the engine's business."""
    providers = {
        "description": "No provider but the stack's own, which says account and region.",
        "type": "array",
        "contains": {"enum": ["aws", "*"]},
        "examples": [["aws"]],
    }
    return {
        "title": own["title"],
        "description": own["description"],
        "type": "object",
        "additionalProperties": False,
        "properties": {NAMESPACE + key: value for key, value in own["properties"].items()} | {PROVIDERS: providers},
        "patternProperties": {FOREIGN_KEY: {}},
        "required": [NAMESPACE + key for key in own["required"]],
    }
