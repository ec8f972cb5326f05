"""The template's parameters, as the contract with the repositories has them."""

from collections.abc import Mapping
from typing import Any

from settings import contract


def parameters() -> dict[str, Any]:
    """The template's `Parameters` section."""
    return {name: _parameter(rule) for name, rule in contract.template_parameters().items()}


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
