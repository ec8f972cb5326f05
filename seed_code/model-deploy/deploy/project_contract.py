"""The contract with the platform: `project-contract.schema.json`, a JSON Schema that the platform writes.

Names and forms of everything that is handed over stand there alone. Change them in the platform's repository.
"""

import difflib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

_SCHEMA: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("project-contract.schema.json").read_text(encoding="utf-8")
)


def _is_finite(text: object) -> bool:
    return not isinstance(text, str) or math.isfinite(float(text))


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """Refuse text of another form. Python's `$`, as jsonschema has it, would let a line break follow."""
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


# JSON Schema takes 2.0 for a whole number; CloudFormation would get the text "2.0".
_TYPES = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
_FORMATS = FormatChecker(formats=())
_FORMATS.checks("finite-number", raises=ValueError)(_is_finite)
_VALIDATOR = extend(Draft202012Validator, {"pattern": _pattern}, type_checker=_TYPES)


def properties(name: str) -> Mapping[str, Mapping[str, Any]]:
    """What the definition says of each of its keys, in order."""
    definitions: Mapping[str, Any] = _SCHEMA["$defs"]
    return {
        key: definitions[rule["$ref"].rpartition("/")[2]] | rule if "$ref" in rule else rule
        for key, rule in definitions[name]["properties"].items()
    }


def required(name: str) -> list[str]:
    """Keys that an object of the definition must have."""
    return list(_SCHEMA["$defs"][name]["required"])


def missing(name: str, values: Mapping[str, Any]) -> list[str]:
    """Keys that the object lacks."""
    return [key for key in required(name) if key not in values]


def unknown(name: str, values: Iterable[str]) -> dict[str, str]:
    """Keys that the definition does not have, each with what was probably meant or else is allowed."""
    known = list(properties(name))
    return {key: _meant(key, known) for key in values if key not in known}


def refused(name: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Keys whose value is not as the definition has it, each with what is allowed."""
    rules = properties(name)
    faults = {
        str(fault.absolute_path[0]) for fault in _validator(name).iter_errors(values) if fault.absolute_path
    }
    return {key: allowed(rule) for key, rule in rules.items() if key in faults}


def allowed(rule: Mapping[str, Any]) -> str:
    """What a rule of the contract allows, in words."""
    if "x-allowed" in rule:
        return str(rule["x-allowed"])
    if "minimum" in rule:
        return f"a whole number from {rule['minimum']} to {rule['maximum']}"
    return " or ".join(rule["enum"]) if len(rule["enum"]) == 2 else ", ".join(rule["enum"])


def metrics() -> Mapping[str, Mapping[str, Any]]:
    """Direction (`higher` or `lower` is better) and problem types of each metric, by its name."""
    found: Mapping[str, Mapping[str, Any]] = _SCHEMA["$defs"]["Metric"]["x-metrics"]
    return found


@cache
def _validator(name: str) -> Any:
    schema = {"$ref": f"#/$defs/{name}", "$defs": _SCHEMA["$defs"]}
    return _VALIDATOR(schema, format_checker=_FORMATS)


def _meant(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"allowed: {', '.join(known)}"
