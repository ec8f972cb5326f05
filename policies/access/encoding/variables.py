"""The parts of a formula: its variables, and its conditions on texts."""

from __future__ import annotations

from collections.abc import Callable

import z3


def free_variables(formula: z3.ExprRef) -> list[z3.ExprRef]:
    """Each variable once, in the order in which a walk over the formula meets it."""
    return parts(formula, lambda _: False)[1]


def parts(formula: z3.ExprRef, is_part: Callable[[z3.ExprRef], bool]) -> tuple[list[z3.ExprRef], list[z3.ExprRef]]:
    """The terms that `is_part` picks, each once and not entered, and the variables elsewhere."""
    seen: set[int] = set()
    picked: list[z3.ExprRef] = []
    variables: list[z3.ExprRef] = []
    pending = [formula]
    while pending:
        term = pending.pop()
        number = term.get_id()
        if number in seen:
            continue
        seen.add(number)
        if is_part(term):
            picked.append(term)
            continue
        children = term.children()
        if not children and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            variables.append(term)
        elif children and not z3.is_re(term):
            pending.extend(children)
    return picked, variables


def slot_and_reading(variable: z3.ExprRef) -> tuple[str, str]:
    """Which value of which key a variable reads, and as what; the reading is empty for action, resource and caller."""
    name = variable.decl().name()
    slot, separator, reading = name.rpartition(";")
    return (slot, reading) if separator else (name, "")
