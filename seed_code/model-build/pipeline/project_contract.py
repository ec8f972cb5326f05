"""The contract with the platform: `scripts/project-contract.schema.json`, which the platform writes.

It is a JSON Schema. Names and forms of everything that is handed over stand there alone: change them in the
platform's repository.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from pipeline.code import CONTRACT

_SCHEMA: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))


def _is_finite(text: object) -> bool:
    return not isinstance(text, str) or math.isfinite(float(text))


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """Refuse text of another form. Python's `$`, as jsonschema has it, would let a line break follow."""
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_FORMATS = FormatChecker(formats=())
_FORMATS.checks("finite-number", raises=ValueError)(_is_finite)
_VALIDATOR = extend(Draft202012Validator, {"pattern": _pattern})


def properties(name: str) -> dict[str, Mapping[str, Any]]:
    """What a definition says of each of its keys."""
    definitions = _SCHEMA["$defs"]
    return {
        key: definitions[rule["$ref"].rpartition("/")[2]] | rule if "$ref" in rule else rule
        for key, rule in definitions[name]["properties"].items()
    }


def refused(name: str, values: Mapping[str, str]) -> dict[str, str]:
    """Keys whose value is not as the definition has it, each with what is allowed."""
    schema = {"$ref": f"#/$defs/{name}", "$defs": _SCHEMA["$defs"]}
    faults = _VALIDATOR(schema, format_checker=_FORMATS).iter_errors(values)
    keys = {str(fault.absolute_path[0]) for fault in faults if fault.absolute_path}
    return {key: _allowed(rule) for key, rule in properties(name).items() if key in keys}


def direction(metric: str) -> str:
    """Which values of a metric are better: `higher` or `lower`."""
    return str(_SCHEMA["$defs"]["Metric"]["x-metrics"][metric]["direction"])


def problem_types() -> list[str]:
    """What a model can predict: the names that preparation, evaluation and registration use."""
    return list(_SCHEMA["$defs"]["ProblemType"]["enum"])


def _allowed(rule: Mapping[str, Any]) -> str:
    return str(rule["x-allowed"]) if "x-allowed" in rule else f"one of {', '.join(rule['enum'])}"
