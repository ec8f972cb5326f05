"""Expressions of a pipeline definition: parameters, properties of steps, functions and conditions. Pure.

Source: SageMaker Pipeline Definition JSON Schema, version 2020-12-01,
https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assumptions.entries import json_get_within_join
from assumptions.outcomes import holds

_TOKEN = re.compile(r"\.?([^.\[\]'\"]+)|\[(\d+)\]|\[['\"]([^'\"]*)['\"]\]")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda left, right: bool(left == right),
    "GreaterThan": lambda left, right: bool(left > right),
    "GreaterThanOrEqualTo": lambda left, right: bool(left >= right),
    "LessThan": lambda left, right: bool(left < right),
    "LessThanOrEqualTo": lambda left, right: bool(left <= right),
}


class DefinitionError(Exception):
    """What in a definition cannot be run, and where."""


@dataclass
class PipelineExpressions:
    """What expressions may refer to. `steps` holds the describe answers of finished steps.

    `read_json` reads a JSON document at an S3 address, as the Pipelines service does.
    """

    parameters: Mapping[str, Any]
    execution: Mapping[str, str]
    read_json: Callable[[str], Any]
    steps: dict[str, Any] = field(default_factory=dict)
    property_files: dict[str, dict[str, str]] = field(default_factory=dict)

    def value(self, expression: Any) -> Any:
        """An argument with every expression in it evaluated."""
        if isinstance(expression, list):
            return [self.value(item) for item in expression]
        if not isinstance(expression, dict):
            return expression
        if len(expression) == 1:
            (name, argument), *_ = expression.items()
            if name == "Get":
                return self._get(argument)
            if name == "Std:Join":
                _refuse_json_get(argument["Values"])
                return _text(self.value(argument.get("On", ""))).join(_text(self.value(v)) for v in argument["Values"])
            if name == "Std:JsonGet":
                return self._json_get(argument)
            if name.startswith("Std:"):
                raise DefinitionError(f"function {name} is unknown; known are Get, Std:Join, Std:JsonGet")
        return {key: self.value(item) for key, item in expression.items()}

    def _get(self, reference: str) -> Any:
        kind, _, rest = reference.partition(".")
        if kind == "Parameters":
            return _member(self.parameters, rest, f"parameter {rest}")
        if kind == "Execution":
            return _member(self.execution, rest, f"execution variable {rest}")
        if kind == "Steps":
            step, path = split_step(rest)
            if step not in self.steps:
                raise DefinitionError(f"{reference}: step {step} has not run before; add it to DependsOn")
            return walk(self.steps[step], path, reference)
        raise DefinitionError(f"{reference}: Get knows Parameters, Steps and Execution")

    def _json_get(self, argument: Mapping[str, Any]) -> Any:
        if "S3Uri" in argument:
            address = self.value(argument["S3Uri"])
        else:
            reference = argument["PropertyFile"]
            reference = reference["Get"] if isinstance(reference, dict) else reference
            step, name = split_step(str(reference).removeprefix("Steps."))
            name = name.removeprefix("PropertyFiles.")
            address = _member(self.property_files.get(step, {}), name, f"property file {name} of step {step}")
        return walk(self.read_json(address), self.value(argument["Path"]), f"{address}: {argument['Path']}")

    def holds(self, condition: Mapping[str, Any]) -> bool:
        """Whether a condition of a Condition step is true."""
        kind = condition["Type"]
        if kind in _COMPARISONS:
            left, right = self.value(condition["LeftValue"]), self.value(condition["RightValue"])
            if isinstance(left, str) != isinstance(right, str):
                raise DefinitionError(f"{kind} compares text with a number: {left!r} and {right!r}")
            return _COMPARISONS[kind](left, right)
        if kind == "In":
            return self.value(condition["QueryValue"]) in [self.value(v) for v in condition["Values"]]
        if kind == "Not":
            return not self.holds(condition["Expression"])
        if kind == "Or":
            return any(self.holds(inner) for inner in condition["Conditions"])
        raise DefinitionError(f"condition {kind} is unknown; known are {', '.join((*_COMPARISONS, 'In', 'Not', 'Or'))}")


def _refuse_json_get(operands: Sequence[Any]) -> None:
    """Where the assumption fails, a Join takes no JsonGet."""
    if holds(json_get_within_join.ASSUMPTION):
        return
    if any(isinstance(operand, Mapping) and "Std:JsonGet" in operand for operand in operands):
        raise DefinitionError("Std:JsonGet is no operand of Std:Join; it is for conditions")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise DefinitionError("Std:Join joins text and numbers, not structures")
    return str(value)


def _member(values: Mapping[str, Any], name: str, what: str) -> Any:
    if name not in values:
        raise DefinitionError(f"{what} does not exist; there are {', '.join(sorted(values)) or 'none'}")
    return values[name]


def split_step(reference: str) -> tuple[str, str]:
    """The step's name and the path of `<step>.<path>` or `<step>[…]`."""
    match = re.match(r"([A-Za-z0-9-]+)(?:\.(.*)|(\[.*))?$", reference, re.DOTALL)
    if match is None:
        raise DefinitionError(f"Steps.{reference} names no step")
    return match.group(1), match.group(2) or match.group(3) or ""


def walk(value: Any, path: str, where: str) -> Any:
    """Follow `A.B['name'][0]`. A name in a list finds the entry that is called so (as in Outputs['train'])."""
    position = 0
    while position < len(path):
        match = _TOKEN.match(path, position)
        if match is None:
            raise DefinitionError(f"{where}: the path cannot be read from {path[position:]!r} on")
        position = match.end()
        plain, index, quoted = match.groups()
        value = _step_into(value, int(index) if index is not None else plain if plain is not None else quoted, where)
    return value


def _step_into(value: Any, key: str | int, where: str) -> Any:
    if isinstance(key, int) and isinstance(value, list) and key < len(value):
        return value[key]
    if isinstance(value, dict) and str(key) in value:
        return value[str(key)]
    if isinstance(value, list):
        named = [
            item for item in value if isinstance(item, dict) and key in (v for k, v in item.items() if "Name" in k)
        ]
        if named:
            return named[0]
    alternatives = ", ".join(sorted(map(str, value))) if isinstance(value, dict) else type(value).__name__
    raise DefinitionError(f"{where}: there is no {key}; there is {alternatives}")
