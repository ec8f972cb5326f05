"""The variables of a formula."""

from __future__ import annotations

import z3


def free_variables(formula: z3.ExprRef) -> list[z3.ExprRef]:
    """Each variable once, in the order in which a walk over the formula meets it."""
    seen: set[int] = set()
    found: list[z3.ExprRef] = []
    pending = [formula]
    while pending:
        term = pending.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        children = term.children()
        if not children and z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found.append(term)
        if not z3.is_re(term):
            pending.extend(children)
    return found
