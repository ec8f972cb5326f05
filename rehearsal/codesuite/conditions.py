"""Conditions before a stage is entered, as far as they are run here: one condition of rules that compare a variable.

Sources: CodePipeline User Guide, "How do stage conditions work?", "Configure conditions for a stage", "VariableCheck".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "EQ": lambda found, value: found == value,
    "NE": lambda found, value: found != value,
    "CONTAINS": lambda found, value: value in found,
    "MATCHES": lambda found, value: re.fullmatch(value, found) is not None,
}
_RULE = {"category": "Rule", "owner": "AWS", "provider": "VariableCheck", "version": "1"}
_CONFIGURATION = ("Variable", "Value", "Operator")


@dataclass(frozen=True, kw_only=True)
class VariableRule:
    """One VariableCheck: `variable` is the text with its reference, such as `#{variables.Name}`."""

    name: str
    variable: str
    value: str
    operator: str

    def holds(self, found: str) -> bool:
        """Whether the variable's value passes."""
        return _OPERATORS[self.operator](found, self.value)


@dataclass(frozen=True)
class EntryCondition:
    """The rules that must all hold before a stage is entered, else it is skipped."""

    rules: tuple[VariableRule, ...]


def read(stage: Mapping[str, Any]) -> EntryCondition | None:
    """A stage's condition before entry, of a definition without `problems`."""
    entry = stage.get("beforeEntry")
    if not entry:
        return None
    rules = [
        VariableRule(
            name=rule["name"],
            variable=rule["configuration"]["Variable"],
            value=rule["configuration"]["Value"],
            operator=rule["configuration"]["Operator"],
        )
        for rule in entry["conditions"][0]["rules"]
    ]
    return EntryCondition(tuple(rules))


def problems(where: str, stage: Mapping[str, Any], pipeline_type: str) -> Iterator[str]:
    """What of a stage's conditions AWS would refuse, or is not run here."""
    entry = stage.get("beforeEntry")
    if not entry:
        return
    if pipeline_type != "V2":
        yield f"{where}: conditions are for pipelines of type V2 alone"
    conditions = entry.get("conditions") or ()
    if len(conditions) != 1:
        yield f"{where}: beforeEntry has {len(conditions)} conditions; allowed: one"
    if any(action["actionTypeId"]["category"] == "Source" for action in stage["actions"]):
        yield f"{where}: a condition on the source's stage is not run here"
    for condition in conditions:
        if condition.get("result") != "SKIP":
            yield f"{where}: the condition's result {condition.get('result')!r} is not run here; allowed: SKIP"
        for rule in condition.get("rules") or ():
            yield from _rule_problems(f"{where}, rule {rule['name']}", rule)


def _rule_problems(where: str, rule: Mapping[str, Any]) -> Iterator[str]:
    if {**_RULE, **rule["ruleTypeId"]} != _RULE:
        yield f"{where}: {rule['ruleTypeId'].get('provider')} is not run here; allowed: VariableCheck of AWS, version 1"
    configuration = rule.get("configuration") or {}
    for key in sorted({*configuration} ^ {*_CONFIGURATION}):
        yield f"{where}: configuration has {'an unknown' if key in configuration else 'no'} {key}"
    if configuration.get("Operator") not in _OPERATORS:
        yield f"{where}: Operator {configuration.get('Operator')!r}; allowed: {', '.join(_OPERATORS)}"
    for key in sorted({*rule} - {"name", "ruleTypeId", "configuration"}):
        if rule[key]:
            yield f"{where}: {key} is not run here"
