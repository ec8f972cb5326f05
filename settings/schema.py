"""JSON Schemas made of the settings' classes: of a stack file, and of the contract with the seed repositories.

The first is for editors. The second has a copy in each repository that projects start from.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from settings import contract
from settings.config import FILE_KEYS, MODELS, PROVIDERS
from settings.project_file import NAMESPACE
from settings.values import StackKind

ROOT = Path(__file__).parents[1]
STACK_FILE_SCHEMA = ROOT / "docs" / "generated" / "settings.schema.json"
CONTRACT = ROOT / "docs" / "generated" / "project-contract.schema.json"
# Beside the code that reads it: the scripts of model-build are sent to their jobs as one folder.
CONTRACT_COPIES = (
    ROOT / "seed_code" / "model-build" / "scripts" / CONTRACT.name,
    ROOT / "seed_code" / "model-deploy" / "deploy" / CONTRACT.name,
)
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
    kinds = {"description": "What the stack builds.", "enum": [str(kind) for kind in StackKind]}
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


def generated() -> dict[Path, str]:
    """The text of every generated schema and copy, by its path."""
    agreed = _text(contract.schema())
    return {STACK_FILE_SCHEMA: _text(schema()), CONTRACT: agreed, **dict.fromkeys(CONTRACT_COPIES, agreed)}


def write() -> list[Path]:
    """Writes every generated schema and copy. Returns their paths."""
    files = generated()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


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
