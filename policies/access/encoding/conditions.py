"""Condition operators as formulas.

Source of every rule: IAM User Guide, "IAM JSON policy elements: Condition operators" and
"Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import z3

from policies.access.encoding import values
from policies.access.encoding.documents import ConditionTest, EncodedStatement, MalformedDocument
from policies.access.encoding.logic import (
    Formula,
    Unsupported,
    as_term,
    both,
    conjunction,
    constant,
    disjunction,
    either,
    negation,
    settled,
)
from policies.access.encoding.patterns import ARN_PARTS, Resolve, Style, VariableValue, fits, matches_any_case, pieces
from policies.access.encoding.request import BITS, Slot, SymbolicRequest, exact


@dataclass(frozen=True)
class ConditionContext:
    """What a condition is encoded with: the request, the keys derived from the caller, and its statement."""

    request: SymbolicRequest
    derived: Mapping[str, z3.SeqRef]
    statement: EncodedStatement

    def slots(self, key: str) -> list[Slot]:
        """The request's values of `key`."""
        return self.request.values(key, self.derived)

    @property
    def resolve(self) -> Resolve | None:
        """How the statement's policy variables get values; None where they are text."""
        return self.variable if self.statement.variables else None

    def variable(self, key: str, default: str | None) -> VariableValue:
        """The value of `${key}`, which only a single-valued key has."""
        slots = self.slots(key)
        if len(slots) > 1:
            if any(slot.known is None for slot in slots):
                raise Unsupported(f"{self.statement.where}: the variable {key} is also read by a set operator")
            slots = []
        if not slots:
            return VariableValue(constant(default or ""), default is not None)
        text, present = slots[0].text(), slots[0].present
        if default is None or present is True:
            return VariableValue(text, present)
        return VariableValue(z3.If(as_term(present), text, constant(default)), True)


Comparison = Callable[[ConditionTest, str, Slot, ConditionContext], Formula]


def holds(test: ConditionTest, reading: ConditionContext) -> Formula:
    """Whether the condition is met. Raises `MalformedDocument` for an operator that does not exist."""
    slots = reading.slots(test.key)
    exists = disjunction(slot.present for slot in slots)
    if test.operator == "Null":
        return _null(test, exists)
    found = _OPERATORS.get(test.operator)
    if found is None:
        raise MalformedDocument(f"{reading.statement.where}: there is no condition operator {test.operator}")
    compare, negated = found
    met = _over_values(test, slots, lambda slot: _one_of(test, slot, reading, compare), negated=negated)
    return either(met, negation(exists)) if test.if_exists else met


def _null(test: ConditionTest, exists: Formula) -> Formula:
    wanted = {values.as_truth(value) for value in test.values}
    return either(both(True in wanted, negation(exists)), both(False in wanted, exists))


def _one_of(test: ConditionTest, slot: Slot, reading: ConditionContext, compare: Comparison) -> Formula:
    return disjunction(compare(test, value, slot, reading) for value in test.values)


def _over_values(test: ConditionTest, slots: list[Slot], equal: Callable[[Slot], Formula], *, negated: bool) -> Formula:
    """Combine the request's values: a missing key fails positive operators and meets negated ones.

    For set operators, values that are all empty are no values. Without one, several values are read as AWS reads
    one: the positive operator asks for a match, the negated one for none.
    """
    if not test.quantifier:
        return _signed(disjunction(both(slot.present, equal(slot)) for slot in slots), negated)
    filled = disjunction(both(slot.present, negation(_empty(test, slot))) for slot in slots)
    if test.quantifier == "all":
        each = conjunction(either(negation(slot.present), _signed(equal(slot), negated)) for slot in slots)
        return either(negation(filled), each)
    return both(filled, disjunction(both(slot.present, _signed(equal(slot), negated)) for slot in slots))


def _empty(test: ConditionTest, slot: Slot) -> Formula:
    """Whether a value is empty text. Typed operators never see one: it is no number, date or address."""
    if not test.operator.startswith(("String", "Arn", "Binary")):
        return False
    text = slot.text()
    return settled(text == constant(""), text)


def _signed(formula: Formula, negated: bool) -> Formula:
    return negation(formula) if negated else formula


def _string(test: ConditionTest, value: str, slot: Slot, reading: ConditionContext) -> Formula:
    style = Style.WILD if test.operator in {"StringLike", "StringNotLike"} else Style.PLAIN
    return fits(value, style, slot.text(), reading.statement.where, reading.resolve)


def _any_case(test: ConditionTest, value: str, slot: Slot, reading: ConditionContext) -> Formula:
    del test
    found = pieces(value, wildcards=False, resolve=reading.resolve)
    return matches_any_case(found, slot.text(), reading.statement.where)


def _arn(test: ConditionTest, value: str, slot: Slot, reading: ConditionContext) -> Formula:
    if value.count(":") < ARN_PARTS - 1:
        raise MalformedDocument(f"{reading.statement.where}: {test.operator} compares ARNs of six parts, not {value}")
    return fits(value, Style.ARN, slot.text(), reading.statement.where, reading.resolve)


def _binary(test: ConditionTest, value: str, slot: Slot, reading: ConditionContext) -> Formula:
    del test
    return fits(value, Style.PLAIN, slot.text(), reading.statement.where)


def _bool(test: ConditionTest, value: str, slot: Slot, reading: ConditionContext) -> Formula:
    del test, reading
    wanted = values.as_truth(value)
    valid, truth = slot.truth()
    return False if wanted is None else both(valid, truth if wanted else negation(truth))


def _number(test: ConditionTest, value: str, slot: Slot, reading: ConditionContext) -> Formula:
    del reading
    wanted = values.as_number(value)
    valid, number = slot.number()
    return False if wanted is None else both(valid, order(test.operator, number, exact(wanted)))


def _date(test: ConditionTest, value: str, slot: Slot, reading: ConditionContext) -> Formula:
    del reading
    wanted = values.as_date(value)
    valid, date = slot.date()
    return False if wanted is None else both(valid, order(test.operator, date, exact(wanted)))


def order(operator: str, left: z3.ArithRef, right: z3.ArithRef) -> Formula:
    """How `left` of the request compares with `right` of the policy, by the end of the operator's name."""
    if operator.endswith("LessThanEquals"):
        return settled(left <= right, left, right)
    if operator.endswith("GreaterThanEquals"):
        return settled(left >= right, left, right)
    if operator.endswith("LessThan"):
        return settled(left < right, left, right)
    if operator.endswith("GreaterThan"):
        return settled(left > right, left, right)
    return settled(left == right, left, right)


def _address(test: ConditionTest, value: str, slot: Slot, reading: ConditionContext) -> Formula:
    del test, reading
    network = values.as_network(value)
    if network is None:
        return False
    version, start, length = network
    valid, bits = slot.address(version)
    if length == 0:
        return valid
    size = BITS[version]
    in_network = z3.Extract(size - 1, size - length, bits) == z3.BitVecVal(start >> (size - length), length)
    return both(valid, settled(in_network, bits))


def _family(compare: Comparison, positive: str, negated: str) -> dict[str, tuple[Comparison, bool]]:
    return dict.fromkeys(positive.split(), (compare, False)) | dict.fromkeys(negated.split(), (compare, True))


_ORDERS = "LessThan LessThanEquals GreaterThan GreaterThanEquals"
# Each operator: how one value compares, and whether it is the opposite of that.
_OPERATORS: dict[str, tuple[Comparison, bool]] = {
    **_family(_string, "StringEquals StringLike", "StringNotEquals StringNotLike"),
    **_family(_any_case, "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    **_family(_arn, "ArnEquals ArnLike", "ArnNotEquals ArnNotLike"),
    **_family(_binary, "BinaryEquals", ""),
    **_family(_bool, "Bool", ""),
    **_family(_number, "NumericEquals " + " ".join(f"Numeric{name}" for name in _ORDERS.split()), "NumericNotEquals"),
    **_family(_date, "DateEquals " + " ".join(f"Date{name}" for name in _ORDERS.split()), "DateNotEquals"),
    **_family(_address, "IpAddress", "NotIpAddress"),
}
