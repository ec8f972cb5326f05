"""A pipeline definition as a whole: its parameters, which steps it has, in which order they run. Pure.

Source: SageMaker Pipeline Definition JSON Schema, version 2020-12-01,
https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from rehearsal.sagemaker.expressions import DefinitionError, split_step
from rehearsal.sagemaker.step_types import Step
from rehearsal.sagemaker.steps import STEP_TYPES

VERSION = "2020-12-01"

_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda value: value if isinstance(value, bool) else str(value).lower() == "true",
}


def parameters(definition: Mapping[str, Any], given: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Values of the declared parameters, typed. Raises DefinitionError naming every one that is wrong."""
    declared = {entry["Name"]: entry for entry in definition.get("Parameters") or ()}
    values = {name: entry["DefaultValue"] for name, entry in declared.items() if "DefaultValue" in entry}
    unknown = [entry["Name"] for entry in given if entry["Name"] not in declared]
    values.update({entry["Name"]: entry["Value"] for entry in given if entry["Name"] in declared})
    missing = [name for name in declared if name not in values]
    problems = [f"parameter {name} is not declared" for name in unknown]
    problems += [f"parameter {name} has no value" for name in missing]
    typed: dict[str, Any] = {}
    for name, value in values.items():
        try:
            typed[name] = _CONVERSIONS[declared[name]["Type"]](value)
        except (ValueError, KeyError):
            problems.append(f"parameter {name} is {value!r}, not of type {declared[name]['Type']}")
            continue
        allowed = declared[name].get("EnumValues")
        if allowed and typed[name] not in allowed:
            problems.append(f"parameter {name} is {value!r}; allowed: {', '.join(map(str, allowed))}")
    if problems:
        raise DefinitionError("; ".join(problems))
    return typed


def check(definition: Mapping[str, Any]) -> None:
    """Raise DefinitionError for a version, step type or dependency that cannot be run."""
    if definition.get("Version") != VERSION:
        raise DefinitionError(f"definition version {definition.get('Version')!r} is unknown; known is {VERSION}")
    steps = list(every_step(definition["Steps"]))
    names = [step["Name"] for step in steps]
    problems = [f"step {name} is defined twice" for name in sorted({n for n in names if names.count(n) > 1})]
    problems += [
        f"step {step['Name']} is of type {step['Type']}; known are {', '.join(STEP_TYPES)}"
        for step in steps
        if step["Type"] not in STEP_TYPES
    ]
    problems += [
        f"step {step['Name']} depends on {needed}, which does not exist"
        for step in steps
        for needed in sorted(dependencies(step))
        if needed not in names
    ]
    if problems:
        raise DefinitionError("; ".join(problems))


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """All steps, those in the branches of conditions too."""
    for step in steps:
        yield step
        if step["Type"] in STEP_TYPES:
            yield from every_step(STEP_TYPES[step["Type"]].branches(step.get("Arguments") or {}))


def dependencies(step: Step) -> set[str]:
    """Names of the steps that must run before: named by DependsOn, or implied by a property that is used."""
    arguments = step.get("Arguments") or {}
    if step["Type"] in STEP_TYPES:
        arguments = STEP_TYPES[step["Type"]].own_arguments(arguments)
    return set(step.get("DependsOn") or ()) | set(_referred(arguments))


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _referred(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("Get", "PropertyFile") and isinstance(item, str) and item.startswith("Steps."):
                yield split_step(item.removeprefix("Steps."))[0]
            else:
                yield from _referred(item)


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Steps after those that they depend on, else as they are defined. Raises DefinitionError for a cycle."""
    positions = {step["Name"]: position for position, step in enumerate(steps)}
    sorter = TopologicalSorter(
        {
            step["Name"]: set().union(*map(dependencies, every_step([step]))) & set(positions) - {step["Name"]}
            for step in steps
        }
    )
    try:
        sorter.prepare()
    except CycleError as error:
        raise DefinitionError(f"the steps {', '.join(sorted(set(error.args[1])))} wait for each other") from None
    ordered: list[Step] = []
    ready: list[str] = []
    while sorter.is_active():
        ready += sorter.get_ready()
        name = min(ready, key=positions.__getitem__)
        ready.remove(name)
        sorter.done(name)
        ordered.append(steps[positions[name]])
    return ordered
