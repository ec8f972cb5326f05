"""Models of request bodies: JSON schemas of draft 4, as API Gateway keeps them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.services.apigateway.store import bad_request

_NAME = re.compile(r"[a-zA-Z0-9]+")
_REFERENCE = re.compile(r"#/components/schemas/([^/]+)$")
# What an import leaves out of a model, each with the words that the guide has for it.
_LEFT_OUT = ("minItems", "maxItems", "exclusiveMinimum", "discriminator", "example", "readOnly", "default")
_FORMATS = ("int32", "int64", "decimal")
MAX_MODEL_BYTES = 400 * 1024


def model_name(name: str) -> str:
    """The name, which may only hold letters and digits. Raises ServiceRefusal."""
    if not _NAME.fullmatch(name):
        raise bad_request(f"Model name must be alphanumeric: {name}")
    return name


@aws_behavior(
    'Amazon API Gateway Developer Guide, "Amazon API Gateway important notes": maxItems and minItems are not '
    "included in "
    "simple request validation; exclusiveMinimum, discriminator, example, readOnly, default, int32, int64 and decimal "
    "are not supported",
)
def imported_schema(schema: Any, api: str, where: str, warnings: list[str]) -> Any:
    """An imported schema lacks keywords that API Gateway does not support, and refers to models by their address."""
    if isinstance(schema, list):
        return [imported_schema(each, api, where, warnings) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _LEFT_OUT or (key == "format" and value in _FORMATS):
            warnings.append(f"{where}: {key} is not supported and is ignored")
        elif key == "$ref" and isinstance(value, str):
            match = _REFERENCE.match(value)
            if match is None:
                raise bad_request(f"{where}: unsupported reference {value}")
            kept[key] = f"https://apigateway.amazonaws.com/restapis/{api}/models/{match[1]}"
        elif key == "properties" and isinstance(value, Mapping):
            kept[key] = {name: imported_schema(each, api, where, warnings) for name, each in value.items()}
        elif key in ("enum", "required"):
            kept[key] = value
        else:
            kept[key] = imported_schema(value, api, where, warnings)
    return kept


def require_schema(text: Any) -> str:
    """A model's schema as text. Raises ServiceRefusal for one that is no JSON schema of draft 4."""
    try:
        schema = json.loads(text) if isinstance(text, str) else text
        Draft4Validator.check_schema(schema)
    except (ValueError, SchemaError) as error:
        raise bad_request(
            f"Invalid model specified: Validation Result: warnings : [], errors : [{str(error).splitlines()[0]}]"
        ) from None
    kept = json.dumps(schema)
    if len(kept) > MAX_MODEL_BYTES:
        raise bad_request(f"Model is larger than {MAX_MODEL_BYTES} bytes")
    return kept
