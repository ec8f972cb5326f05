"""The template's parameters, as the contract with the repositories has them."""

import re
from collections.abc import Mapping, Set
from typing import Any

from catalog.serving import ServingShape
from settings import contract

_SUBSTITUTED = re.compile(r"\$\{(\w+)\}")


def parameters(shape: ServingShape, used: Set[str]) -> dict[str, Any]:
    """The `Parameters` section of a shape's template: those of the contract that it uses."""
    rules = {name: rule for name, rule in contract.template_parameters().items() if name in used}
    # A template makes one shape and no other.
    rules["ServingShape"] = rules["ServingShape"] | {"enum": [str(shape)]}
    return {name: _parameter(rule) for name, rule in rules.items()}


def references(part: Any) -> set[str]:
    """Names that a part of a template refers to, of parameters and of all else."""
    if isinstance(part, list):
        return {name for item in part for name in references(item)}
    if not isinstance(part, Mapping):
        return set()
    found = {name for item in part.values() for name in references(item)}
    given = part.get("Fn::Sub")
    text = given[0] if isinstance(given, list) else given
    if isinstance(text, str):
        found |= set(_SUBSTITUTED.findall(text))
    return found | {str(part["Ref"])} if "Ref" in part else found


def _parameter(rule: Mapping[str, Any]) -> dict[str, Any]:
    """One parameter in CloudFormation's keywords."""
    parameter: dict[str, Any] = {"Type": "String", "Description": rule["description"]}
    if "x-account-parameter" in rule:
        # Its value is an SSM name; CloudFormation reads that parameter in the account that the stack is in.
        parameter["Type"] = f"AWS::SSM::Parameter::Value<{rule['x-cloudformation-type']}>"
    if "enum" in rule:
        return parameter | {"AllowedValues": rule["enum"]}
    if rule["type"] == "integer":
        return parameter | {"Type": "Number", "MinValue": rule["minimum"], "MaxValue": rule["maximum"]}
    return parameter | {"AllowedPattern": rule["pattern"]}
