"""String constraints in a formula: each is a set of strings (an automaton), or a relation left to the solver."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import z3

from policies.access.encoding.automata import ANY, LAST_CHARACTER, Automaton, Builder, Characters
from policies.access.encoding.logic import known_text
from policies.access.encoding.variables import free_variables

_PREDICATES = (z3.Z3_OP_SEQ_PREFIX, z3.Z3_OP_SEQ_SUFFIX, z3.Z3_OP_SEQ_CONTAINS, z3.Z3_OP_SEQ_IN_RE, z3.Z3_OP_EQ)
_DIFFERS = z3.Z3_OP_DISTINCT


@dataclass(frozen=True)
class StringConstraint:
    """A condition on texts. `language` is None for a relation of several texts, or one that has no automaton."""

    term: z3.BoolRef
    variables: tuple[z3.ExprRef, ...]
    names: tuple[str, ...]
    language: Automaton | None
    # The one text that an equality accepts.
    exactly: str | None = None
    # How all texts that a prefix condition accepts begin.
    prefix: str | None = None
    # How all texts of the language begin, as far as is plain.
    leading: str = ""
    # Where a part of the text stands, and what the part equals.
    part: tuple[int, str] | None = None
    # What a relation implies for one of its texts: the text's name, and a set that it is in.
    implied: tuple[str, Automaton] | None = None


def is_string_constraint(term: z3.ExprRef) -> bool:
    """Whether the term is a condition that reads text."""
    known = z3.is_app(term) and term.decl().kind() in (*_PREDICATES, _DIFFERS)
    return known and any(map(z3.is_seq, term.children()))


def string_constraint_of(term: z3.BoolRef) -> StringConstraint:
    """The set of texts that `term` accepts, if it is one. Remembered, since formulas share their conditions."""
    found = _CONSTRAINTS.get(term.get_id())
    if found is None:
        if len(_CONSTRAINTS) >= _REMEMBERED:
            _CONSTRAINTS.clear()
        found = _CONSTRAINTS[term.get_id()] = _constraint_of(term)
    return found


# By the solver's number for the term, which stays its own while the atom keeps the term.
_CONSTRAINTS: dict[int, StringConstraint] = {}
_REMEMBERED = 100_000


def _constraint_of(term: z3.BoolRef) -> StringConstraint:
    variables = tuple(free_variables(term))
    names = tuple(variable.decl().name() for variable in variables)
    read = _read(term)
    if read is None or len(variables) != 1:
        return StringConstraint(term, variables, names, None, implied=_implied(term))
    kind, subject, pattern = read
    text = pattern if isinstance(pattern, str) else None
    if z3.is_const(subject):
        return StringConstraint(
            term,
            variables,
            names,
            _language(kind, pattern, 0),
            exactly=text if kind == z3.Z3_OP_EQ else None,
            prefix=text if kind == z3.Z3_OP_SEQ_PREFIX else None,
            leading=_leading(kind, pattern),
        )
    offset = _slice_start(subject, text) if kind == z3.Z3_OP_EQ and text is not None else None
    if offset is None or text is None:
        return StringConstraint(term, variables, names, None)
    return StringConstraint(term, variables, names, _language(z3.Z3_OP_SEQ_PREFIX, text, offset), part=(offset, text))


def _leading(kind: int, pattern: str | z3.ReRef) -> str:
    if isinstance(pattern, str):
        return pattern if kind in {z3.Z3_OP_EQ, z3.Z3_OP_SEQ_PREFIX} else ""
    while pattern.decl().kind() == z3.Z3_OP_RE_CONCAT:
        pattern = pattern.children()[0]
    plain = pattern.decl().kind() == z3.Z3_OP_SEQ_TO_RE and z3.is_string_value(pattern.children()[0])
    return known_text(pattern.children()[0]) if plain else ""


def _read(term: z3.BoolRef) -> tuple[int, z3.SeqRef, str | z3.ReRef] | None:
    """Kind, the open side and the constant side; None when no side is constant."""
    kind = term.decl().kind()
    left, right = term.children()
    if kind == z3.Z3_OP_SEQ_IN_RE:
        return kind, left, right
    if kind in {z3.Z3_OP_SEQ_PREFIX, z3.Z3_OP_SEQ_SUFFIX} or (kind == z3.Z3_OP_EQ and z3.is_string_value(left)):
        left, right = right, left
    return (kind, left, known_text(right)) if z3.is_string_value(right) else None


def _implied(term: z3.BoolRef) -> tuple[str, Automaton] | None:
    """Of `x begins with (is, ends with) "a" + y + "b"`: that x begins with a, ends with b, or both."""
    kind = term.decl().kind()
    if kind not in {z3.Z3_OP_SEQ_PREFIX, z3.Z3_OP_SEQ_SUFFIX, z3.Z3_OP_EQ}:
        return None
    sides = term.children()
    variable = next((side for side in sides if z3.is_const(side) and not z3.is_string_value(side)), None)
    joined = next((side for side in sides if side.decl().kind() == z3.Z3_OP_SEQ_CONCAT), None)
    if variable is None or joined is None:
        return None
    builder = Builder()
    start = end = builder.state()
    if kind != z3.Z3_OP_SEQ_SUFFIX:
        end = builder.word(end, _outermost(joined, 0))
    end = builder.many(end)
    if kind != z3.Z3_OP_SEQ_PREFIX:
        end = builder.word(end, _outermost(joined, -1))
    return variable.decl().name(), builder.build(start, end)


def _outermost(term: z3.SeqRef, index: int) -> str:
    """The constant with which a concatenation begins (0) or ends (-1); empty when it is an open text."""
    while term.decl().kind() == z3.Z3_OP_SEQ_CONCAT:
        term = term.children()[index]
    return known_text(term) if z3.is_string_value(term) else ""


def _slice_start(subject: z3.SeqRef, text: str) -> int | None:
    """Where a part of an open text begins, when `text` is as long as the part: `substr(open, begin, length)`."""
    if subject.decl().kind() != z3.Z3_OP_SEQ_EXTRACT:
        return None
    variable, begin, length = subject.children()
    fits = (
        z3.is_const(variable) and z3.is_int_value(begin) and z3.is_int_value(length) and length.as_long() == len(text)
    )
    return int(begin.as_long()) if fits else None


def _language(kind: int, pattern: str | z3.ReRef, offset: int) -> Automaton | None:
    if isinstance(pattern, str):
        return _words(kind, pattern, offset)
    found = _EXPRESSIONS.get(pattern.get_id())
    if found is None:
        # The expression is kept, so that its number is never given to another.
        found = _EXPRESSIONS[pattern.get_id()] = (pattern, _compiled(pattern))
    return found[1]


_EXPRESSIONS: dict[int, tuple[z3.ReRef, Automaton | None]] = {}


@lru_cache(maxsize=8192)
def _words(kind: int, text: str, offset: int) -> Automaton:
    builder = Builder()
    start = end = builder.state()
    for _ in range(offset):
        end = builder.read(end, ANY)
    if kind in {z3.Z3_OP_SEQ_SUFFIX, z3.Z3_OP_SEQ_CONTAINS}:
        end = builder.many(end)
    end = builder.word(end, text)
    if kind in {z3.Z3_OP_SEQ_PREFIX, z3.Z3_OP_SEQ_CONTAINS}:
        end = builder.many(end)
    return builder.build(start, end)


class _NoAutomatonError(Exception):
    """An expression uses intersection or complement of more than characters."""


def _compiled(expression: z3.ReRef) -> Automaton | None:
    builder = Builder()
    start = builder.state()
    try:
        return builder.build(start, _added(builder, start, expression))
    except _NoAutomatonError:
        return None


def _added(builder: Builder, start: int, expression: z3.ReRef) -> int:
    """The state after a text of `expression`."""
    kind, children = expression.decl().kind(), expression.children()
    characters = _class(expression)
    if kind == z3.Z3_OP_SEQ_TO_RE and z3.is_string_value(children[0]):
        start = builder.word(start, known_text(children[0]))
    elif characters is not None:
        start = builder.read(start, characters)
    elif kind == z3.Z3_OP_RE_FULL_SET:
        start = builder.many(start)
    elif kind in {z3.Z3_OP_RE_STAR, z3.Z3_OP_RE_PLUS}:
        start = _repeated(builder, start, children[0], at_least_once=kind == z3.Z3_OP_RE_PLUS)
    elif kind == z3.Z3_OP_RE_UNION:
        start = builder.joined([_added(builder, start, child) for child in children])
    else:
        for child in _in_sequence(expression):
            start = _added(builder, start, child)
    return start


def _in_sequence(expression: z3.ReRef) -> list[z3.ReRef]:
    kind, children = expression.decl().kind(), expression.children()
    if kind == z3.Z3_OP_RE_CONCAT:
        return list(children)
    if kind == z3.Z3_OP_RE_LOOP and len(set(expression.decl().params())) == 1:
        return [children[0]] * expression.decl().params()[0]
    raise _NoAutomatonError


def _repeated(builder: Builder, start: int, expression: z3.ReRef, *, at_least_once: bool) -> int:
    characters = _class(expression)
    if characters is not None:
        return builder.many(builder.read(start, characters) if at_least_once else start, characters)
    loop = builder.state()
    end = _added(builder, loop, expression)
    builder.skip(start, loop)
    builder.skip(end, loop)
    if at_least_once:
        return end
    return loop


def _class(expression: z3.ReRef) -> Characters | None:
    """The single characters that an expression means; None when it means longer texts."""
    kind, children = expression.decl().kind(), expression.children()
    if kind == z3.Z3_OP_RE_FULL_CHAR_SET:
        return ANY
    if kind in {z3.Z3_OP_SEQ_TO_RE, z3.Z3_OP_RE_RANGE} and all(map(z3.is_string_value, children)):
        texts = [known_text(child) for child in children]
        return ((ord(texts[0]), ord(texts[-1])),) if all(len(text) == 1 for text in texts) else None
    classes = [_class(child) for child in children if z3.is_re(child)]
    known = [found for found in classes if found is not None]
    if kind == z3.Z3_OP_RE_UNION and len(known) == len(classes):
        return tuple(span for found in known for span in found)
    if kind == z3.Z3_OP_RE_DIFF and len(known) == len(classes) and known[0] == ANY:
        return _without(known[1])
    return None


def _without(excluded: Characters) -> Characters:
    spans, start = [], 0
    for low, high in sorted(excluded):
        if low > start:
            spans.append((start, low - 1))
        start = max(start, high + 1)
    if start <= LAST_CHARACTER:
        spans.append((start, LAST_CHARACTER))
    return tuple(spans)
