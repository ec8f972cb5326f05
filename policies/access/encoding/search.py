"""Find a request that makes a formula true, or prove that no request does."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from ipaddress import IPv4Address, IPv6Address

import z3

from policies.access.encoding.concrete_request import truth
from policies.access.encoding.logic import Formula, Undecided, as_term, constant, known_text
from policies.access.encoding.request import Slot, SymbolicRequest
from policies.access.encoding.string_solver import Abstraction, NotKnownError, Solution, solve
from policies.access.encoding.variables import slot_and_reading

TIMEOUT_MS = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# By variable; and by value of a key, None for one that is absent.
VariableValues = Mapping[str, z3.ExprRef]
KeyTexts = Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Witness:
    """A request that a formula accepts. Keys that do not matter are left out of `context`."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]

    def render(self) -> str:
        """One readable line for each part."""
        lines = [f"{self.principal}", f"  does {self.action}", f"  to {self.resource}"]
        lines += [f"  with {key} = {json.dumps(list(found))[1:-1]}" for key, found in sorted(self.context.items())]
        return "\n".join(lines)


def find(
    formula: Formula,
    request: SymbolicRequest,
    *,
    query: str,
    given: Iterable[Formula] = (),
    timeout_ms: int = TIMEOUT_MS,
) -> Witness | None:
    """A request that makes `formula` and all of `given` true, or None: then no request does.

    Raises `Undecided` naming `query` when the solver does not know within `timeout_ms`.
    """
    conditions = z3.And([as_term(part) for part in (formula, *given, *request.limits())])
    abstraction = Abstraction.of(conditions)
    try:
        found = solve(abstraction, _readable(abstraction.variables), timeout_ms=timeout_ms)
    except NotKnownError as problem:
        raise Undecided(f"{query}: the solver does not know within {timeout_ms} ms: {problem}") from None
    if found is None:
        return None
    values = {variable.decl().name(): _value(variable, found) for variable in abstraction.variables}
    texts = _texts(values)
    if not truth(conditions, _reread(abstraction.variables, values, texts)):
        written = _witness(values, texts, request).render()
        raise Undecided(f"{query}: a key is compared as two types, and no one value fits both: {written}")
    for slot in sorted(slot for slot, text in texts.items() if text is not None):
        fewer = {**texts, slot: None}
        texts = fewer if truth(conditions, _reread(abstraction.variables, values, fewer)) else texts
    return _witness(values, texts, request)


def _readable(variables: Sequence[z3.ExprRef]) -> list[z3.BoolRef]:
    """A key that is compared as one type has values of that type."""
    readings: defaultdict[str, dict[str, z3.ExprRef]] = defaultdict(dict)
    for variable in variables:
        slot, reading = slot_and_reading(variable)
        readings[slot][reading] = variable
    return [
        z3.Or([flag for name, flag in found.items() if name.endswith("?")])
        for found in readings.values()
        if "text" not in found and any(name.endswith("?") for name in found)
    ]


def _reread(
    variables: Sequence[z3.ExprRef], values: VariableValues, texts: KeyTexts
) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
    """The value that each variable has when the request is read again from the texts of its keys."""
    found = []
    for variable in variables:
        slot, reading = slot_and_reading(variable)
        text = texts.get(slot)
        known = Slot(slot, text is not None, constant(text or ""))
        found.append((variable, known.reading(reading) if reading else values[slot]))
    return found


def _witness(values: VariableValues, texts: KeyTexts, request: SymbolicRequest) -> Witness:
    context = defaultdict(list, {key: list(known) for key, known in request.pinned.items() if known})
    for slot, text in texts.items():
        if text is not None:
            context[slot.rpartition("#")[0]].append(text)
    return Witness(
        principal=_text(values.get("principal:arn", request.caller.arn)),
        action=_text(values.get("action", request.action)),
        resource=_text(values.get("resource", request.resource)),
        context={key: tuple(known) for key, known in context.items()},
    )


def _value(variable: z3.ExprRef, solution: Solution) -> z3.ExprRef:
    if z3.is_seq(variable):
        return constant(solution.texts.get(variable.decl().name(), ""))
    return solution.model.eval(variable, model_completion=True)


def _texts(found: VariableValues) -> KeyTexts:
    """For each value of a key: its text, or None when it is absent."""
    readings: defaultdict[str, dict[str, z3.ExprRef]] = defaultdict(dict)
    for name, value in found.items():
        slot, separator, reading = name.rpartition(";")
        if separator:
            readings[slot][reading] = value
    return {slot: _written(values) for slot, values in readings.items()}


def _written(readings: Mapping[str, z3.ExprRef]) -> str | None:
    """One value as AWS writes it."""
    if z3.is_false(readings.get("present", z3.BoolVal(True))):
        return None
    if "text" in readings:
        return _text(readings["text"])
    for name, write in _WRITERS.items():
        if z3.is_true(readings.get(f"{name}?")):
            return write(readings[name]) if name in readings else _SAMPLES[name]
    return "-"


def _text(value: z3.ExprRef) -> str:
    return known_text(value) if z3.is_string_value(value) else "*"


def _number(value: z3.ExprRef) -> str:
    exact = Fraction(value.numerator_as_long(), value.denominator_as_long())
    return str(exact.numerator) if exact.denominator == 1 else str(float(exact))


def _date(value: z3.ExprRef) -> str:
    seconds = Fraction(value.numerator_as_long(), value.denominator_as_long())
    moment = _EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    return moment.isoformat().replace("+00:00", "Z")


def _truth(value: z3.ExprRef) -> str:
    return "true" if z3.is_true(value) else "false"


def _ip4(value: z3.ExprRef) -> str:
    return str(IPv4Address(value.as_long()))


def _ip6(value: z3.ExprRef) -> str:
    return str(IPv6Address(value.as_long()))


_WRITERS: dict[str, Callable[[z3.ExprRef], str]] = {
    "truth": _truth,
    "number": _number,
    "date": _date,
    "ip4": _ip4,
    "ip6": _ip6,
}
_SAMPLES = {"truth": "true", "number": "0", "date": "1970-01-01T00:00:00Z", "ip4": "192.0.2.1", "ip6": "2001:db8::1"}
