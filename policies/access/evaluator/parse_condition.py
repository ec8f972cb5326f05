"""The Condition element of a statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policies.access.evaluator.errors import ReportProblem, nearest
from policies.access.evaluator.operators import NULL, OPERATORS, Operator
from policies.access.evaluator.policy import ConditionClause, Operand, Quantifier
from policies.access.evaluator.template import parse_template, static

_IF_EXISTS = "IfExists"
_NAMES = (*OPERATORS, NULL)


def read_condition(given: Any, variables: bool, report: ReportProblem) -> tuple[ConditionClause, ...]:
    """All clauses of a Condition element; what is wrong with it goes to `report`, a sentence each."""
    if not isinstance(given, Mapping):
        report("Condition is not an object; write {operator: {key: value}}.")
        return ()
    clauses: list[ConditionClause] = []
    for label, keys in given.items():
        quantifier, operator, if_exists, exists = _operator(label, report)
        if not isinstance(keys, Mapping):
            report(f"Condition {label} is not an object; write {{key: value}}.")
            continue
        for key, values in keys.items():
            if exists:
                operands = _operands(label, key, values, operator, variables, report)
                clauses.append(ConditionClause(label, key.lower(), key, operator, quantifier, if_exists, operands))
    return tuple(clauses)


def _operator(label: str, report: ReportProblem) -> tuple[Quantifier, Operator | None, bool, bool]:
    """The parts of an operator's name, and whether it is one at all; operator None is Null."""
    prefix, colon, rest = label.rpartition(":")
    quantifier = next((item for item in Quantifier if item.value == prefix), None)
    if quantifier is None:
        report(f"unknown set operator {prefix}; allowed are ForAllValues and ForAnyValue.")
        quantifier = Quantifier.NONE
    if colon and not prefix:
        report(f"condition operator {label!r} starts with a colon; remove it.")
    if rest == NULL:
        if prefix:
            report(f"Null takes no set operator; write Null instead of {label}.")
        return quantifier, None, False, not prefix
    if_exists = rest.endswith(_IF_EXISTS)
    base = rest.removesuffix(_IF_EXISTS)
    if if_exists and base == NULL:
        report("Null takes no IfExists: it asks whether the key exists; write Null.")
        return quantifier, None, False, False
    operator = OPERATORS.get(base)
    if operator is None:
        report(f"unknown condition operator {label}{nearest(base, _NAMES)}; allowed are {', '.join(_NAMES)}.")
    return quantifier, operator, if_exists, operator is not None


def _operands(
    label: str, key: str, values: Any, operator: Operator | None, variables: bool, report: ReportProblem
) -> tuple[Operand, ...]:
    listed = list(values) if isinstance(values, list | tuple) else [values]
    operands: list[Operand] = []
    for value in listed:
        text = as_text(value)
        if text is None:
            report(f"Condition {label} {key} has a value that is neither text, number nor Boolean; write one of these.")
        elif operator is None:
            if text.lower() not in {"true", "false"}:
                report(f"Condition {label} {key} is {text!r}; it must be true (absent) or false (present).")
            operands.append(Operand(text.lower(), None))
        else:
            operands.append(_operand(text, operator, variables))
    return tuple(operands)


def _operand(text: str, operator: Operator, variables: bool) -> Operand:
    template = parse_template(text, variables=variables) if operator.variables else ((text,) if text else ())
    fixed = static(template)
    return Operand(text, operator.build(fixed), template) if fixed is not None else Operand(text, None, template)


def as_text(value: Any) -> str | None:
    """A JSON value as AWS compares it: Booleans in lower case, numbers in decimal; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else None
