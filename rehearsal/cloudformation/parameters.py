"""Checks the values of a template's parameters against the template. Pure.

Rules and wording: CloudFormation User Guide, "Parameters".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def problems(declared: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Every rule of the template that the given values break, as CloudFormation words it."""
    unknown = sorted(set(given) - set(declared))
    missing = sorted(name for name, rule in declared.items() if name not in given and "Default" not in rule)
    broken_rules = [f"Parameters: [{', '.join(unknown)}] do not exist in the template"] if unknown else []
    broken_rules += [f"Parameters: [{', '.join(missing)}] must have values"] if missing else []
    for name, rule in declared.items():
        value = given.get(name, rule.get("Default"))
        broken = _broken(rule, str(value)) if value is not None else None
        if broken:
            broken_rules.append(f"Parameter {name} failed to satisfy constraint: {broken}")
    return broken_rules


def _broken(rule: Mapping[str, Any], value: str) -> str | None:
    """The rule that a value breaks."""
    many = "List" in rule["Type"] and not rule["Type"].startswith("AWS::SSM::")
    for item in value.split(",") if many else [value]:
        if "AllowedValues" in rule and item not in [str(allowed) for allowed in rule["AllowedValues"]]:
            return f"{item!r} is not one of {', '.join(map(str, rule['AllowedValues']))}"
        if "AllowedPattern" in rule and not re.fullmatch(rule["AllowedPattern"], item):
            return f"{item!r} must match pattern {rule['AllowedPattern']}"
        if not rule.get("MinLength", 0) <= len(item) <= rule.get("MaxLength", 4096):
            return f"{item!r} has a length outside its limits"
        if "Number" in rule["Type"]:
            return _broken_number(rule, item)
    return None


def _broken_number(rule: Mapping[str, Any], text: str) -> str | None:
    try:
        number = float(text)
    except ValueError:
        return f"{text!r} is not a number"
    if not float(rule.get("MinValue", "-inf")) <= number <= float(rule.get("MaxValue", "inf")):
        return f"{text} is outside {rule.get('MinValue', '')} to {rule.get('MaxValue', '')}"
    return None
