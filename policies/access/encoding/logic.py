"""Formulas that fold their constants: a Python bool is a formula whose answer is already known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

import z3

Formula: TypeAlias = bool | z3.BoolRef


class Unsupported(Exception):
    """A pattern has no exact formula while some key's value is left open; the message says which statement."""


class Undecided(Exception):
    """The solver gave no answer, or one that no request can have: nothing is proved. Names the query."""


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of them; known parts vanish."""
    kept: list[z3.BoolRef] = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            kept.append(part)
    if not kept:
        return True
    return kept[0] if len(kept) == 1 else z3.And(kept)


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Any of them; known parts vanish."""
    kept: list[z3.BoolRef] = []
    for part in parts:
        if part is True:
            return True
        if part is not False:
            kept.append(part)
    if not kept:
        return False
    return kept[0] if len(kept) == 1 else z3.Or(kept)


def both(*parts: Formula) -> Formula:
    """`conjunction` of its arguments."""
    return conjunction(parts)


def either(*parts: Formula) -> Formula:
    """`disjunction` of its arguments."""
    return disjunction(parts)


def negation(part: Formula) -> Formula:
    """The opposite."""
    return not part if isinstance(part, bool) else z3.Not(part)


def settled(atom: z3.BoolRef, *terms: z3.ExprRef) -> Formula:
    """`atom`, or its truth when all `terms` in it are constants."""
    if not all(is_constant(term) for term in terms):
        return atom
    simple = z3.simplify(atom)
    if z3.is_true(simple):
        return True
    return False if z3.is_false(simple) else simple


@lru_cache(maxsize=65536)
def constant(text: str) -> z3.SeqRef:
    """Known text. The solver would read `\\u{…}` as one character, so backslashes are written that way themselves."""
    return z3.StringVal(text.replace("\\", "\\u{5c}"))


def known_text(term: z3.SeqRef) -> str:
    """The text of a constant."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), term.as_string())


_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


def is_constant(term: z3.ExprRef) -> bool:
    """Whether it is a literal value: text, number or bit vector."""
    return bool(z3.is_string_value(term) or z3.is_rational_value(term) or z3.is_bv_value(term))


def as_term(formula: Formula) -> z3.BoolRef:
    """The solver's own form."""
    return z3.BoolVal(formula) if isinstance(formula, bool) else formula
