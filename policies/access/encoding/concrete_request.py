"""Decide one concrete request by its formula, to be compared with the evaluator's decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import z3

from policies.access.authorization import AuthorizationRequest
from policies.access.encoding.callers import SymbolicCaller
from policies.access.encoding.context_keys import contradictory, lacks, usual
from policies.access.encoding.decision import Policies, encode
from policies.access.encoding.logic import Undecided, Unsupported, constant
from policies.access.encoding.request import Slot, SymbolicRequest
from policies.access.encoding.service_rules import asks_who_it_is
from policies.access.encoding.statements import StatementEncoder
from policies.access.encoding.variables import free_variables, slot_and_reading


def decide(request: AuthorizationRequest, *, pinned: Iterable[str] = ()) -> bool:
    """Whether the request of `request` is allowed: the open formula, with its values put in.

    `pinned` names keys (and `action`, `resource`) to put in before the formula is made, as a caller may for speed;
    the answer is the same. A pattern that is exact only for known values is made with all of them.
    Raises `MalformedDocument`.
    """
    policies = Policies.of(request)
    if _asks_who_it_is(request):
        return True
    try:
        symbolic = symbolic_request(request, policies, {name.lower() for name in pinned})
        formula = encode(policies, symbolic)
    except Unsupported:
        symbolic = symbolic_request(request, policies, None)
        formula = encode(policies, symbolic)
    return truth(formula, values_of(request, formula))


def _asks_who_it_is(request: AuthorizationRequest) -> bool:
    """Whether no policy can deny the call, which formulas with an open action leave out."""
    caller = SymbolicCaller.of(request.principal, request.account)
    known = SymbolicRequest.over((), caller, action=request.action)
    return asks_who_it_is(StatementEncoder(known, request.owner, bounded=False)) is True


def symbolic_request(request: AuthorizationRequest, policies: Policies, pinned: set[str] | None) -> SymbolicRequest:
    """The request of `request`, open but for the keys in `pinned`; all of it known for None."""
    context = _context(request)
    shown = context.get("aws:principalarn", ())
    caller = SymbolicCaller.of(request.principal, request.account, shown[0] if shown else None)
    derived = caller.derived(request.owner)
    # A question may give what AWS would not: its word counts, where it is not refused (`unlike_aws`).
    fixed = {*derived, *(key for key in context if lacks(caller.kind, key))}
    symbolic = SymbolicRequest.over(
        policies.each(),
        caller,
        action=request.action if pinned is None or "action" in pinned else None,
        resource=request.resource if pinned is None or "resource" in pinned else None,
        pinned={key: found for key, found in context.items() if pinned is None or key in pinned or key in fixed},
        also={key: len(found) for key, found in context.items()},
    )
    return symbolic if pinned is not None else symbolic.with_absent(set(symbolic.keys) - set(context) - set(derived))


def values_of(request: AuthorizationRequest, formula: z3.BoolRef) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
    """The value in `request` of each variable of `formula`."""
    context = _context(request)
    return [(variable, _value(variable, request, context)) for variable in free_variables(formula)]


def _context(request: AuthorizationRequest) -> dict[str, tuple[str, ...]]:
    """The question's keys, and those that every request has, by their usual values."""
    given = _given(request)
    caller = SymbolicCaller.of(request.principal, request.account)
    return {**{key: (value,) for key, value in usual(request, caller, given).items()}, **given}


def _given(request: AuthorizationRequest) -> dict[str, tuple[str, ...]]:
    return {key.lower(): _listed(values) for key, values in request.context.items()}


def unlike_aws(request: AuthorizationRequest) -> list[str]:
    """The condition keys of the question that AWS would not send, or not with these values."""
    return contradictory(request, SymbolicCaller.of(request.principal, request.account), _given(request))


def _value(variable: z3.ExprRef, request: AuthorizationRequest, context: Mapping[str, tuple[str, ...]]) -> z3.ExprRef:
    slot, reading = slot_and_reading(variable)
    if not reading:
        return constant(request.action.lower() if slot == "action" else request.resource)
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
