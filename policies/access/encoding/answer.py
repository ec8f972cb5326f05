"""The same formulas decided for one known request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import z3

from policies.access.authorization import AuthorizationRequest
from policies.access.encoding.callers import Caller
from policies.access.encoding.decision import Policies, encode
from policies.access.encoding.logic import Undecided, Unsupported, constant
from policies.access.encoding.request import Request, Slot
from policies.access.encoding.variables import free_variables, slot_and_reading


def decide(question: AuthorizationRequest, *, pinned: Iterable[str] = ()) -> bool:
    """Whether the request of `question` is allowed: the open formula, with its values put in.

    `pinned` names keys (and `action`, `resource`) to put in before the formula is made, as a caller may for speed;
    the answer is the same. A pattern that is exact only for known values is made with all of them.
    Raises `BadDocument`.
    """
    policies = Policies.of(question)
    try:
        request = request_of(question, policies, {name.lower() for name in pinned})
        formula = encode(policies, request)
    except Unsupported:
        request = request_of(question, policies, None)
        formula = encode(policies, request)
    return truth(formula, values_of(question, formula))


def request_of(question: AuthorizationRequest, policies: Policies, pinned: set[str] | None) -> Request:
    """The request of `question`, open but for the keys in `pinned`; all of it known for None."""
    context = {key.lower(): _listed(values) for key, values in question.context.items()}
    shown = context.get("aws:principalarn", ())
    caller = Caller.of(question.principal, question.account, shown[0] if shown else None)
    derived = caller.derived(question.owner)
    request = Request.over(
        policies.each(),
        caller,
        action=question.action if pinned is None or "action" in pinned else None,
        resource=question.resource if pinned is None or "resource" in pinned else None,
        pinned={key: found for key, found in context.items() if pinned is None or key in pinned or key in derived},
        also={key: len(found) for key, found in context.items()},
    )
    return request if pinned is not None else request.with_absent(set(request.keys) - set(context) - set(derived))


def values_of(question: AuthorizationRequest, formula: z3.BoolRef) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
    """The value in `question` of each variable of `formula`."""
    context = {key.lower(): _listed(values) for key, values in question.context.items()}
    return [(variable, _value(variable, question, context)) for variable in free_variables(formula)]


def _value(variable: z3.ExprRef, question: AuthorizationRequest, context: Mapping[str, tuple[str, ...]]) -> z3.ExprRef:
    slot, reading = slot_and_reading(variable)
    if not reading:
        return constant(question.action.lower() if slot == "action" else question.resource)
    key, _, index = slot.rpartition("#")
    texts = context.get(key, ())
    known = texts[int(index)] if int(index) < len(texts) else None
    return Slot(slot, known is not None, constant(known or "")).reading(reading)


def truth(formula: z3.BoolRef, values: list[tuple[z3.ExprRef, z3.ExprRef]]) -> bool:
    """The truth of a formula whose variables all have values; the solver settles what simplifying leaves.

    Raises `Undecided`.
    """
    simple = z3.simplify(z3.substitute(formula, *values))
    if z3.is_true(simple) or z3.is_false(simple):
        return bool(z3.is_true(simple))
    solver = z3.Solver()
    solver.add(simple)
    verdict = solver.check()
    if verdict == z3.unknown:
        raise Undecided(f"the solver does not know whether {simple} is true: {solver.reason_unknown()}")
    return bool(verdict == z3.sat)


def _listed(found: object) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)  # type: ignore[arg-type]
