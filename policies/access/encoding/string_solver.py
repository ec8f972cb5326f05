"""Satisfiability of formulas with string variables: automata decide each string, the SMT solver everything else.

The solver sees a Boolean for every string constraint. Where the Booleans that it chooses leave no string, it is told
which of them cannot be true together, and chooses again (lazy SMT, as textbooks call it).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import z3

from policies.access.encoding.automata import TooLarge, common_text
from policies.access.encoding.logic import constant, known_text
from policies.access.encoding.string_constraints import StringConstraint, is_string_constraint, string_constraint_of
from policies.access.encoding.variables import parts

Literal = tuple[StringConstraint, bool]
StringValues = dict[str, str]
# Choices, by the name of their Boolean, that cannot be made together.
Conflict = dict[str, bool]


_NAMED = "text condition "


class NotKnownError(Exception):
    """No answer in the time given; the message says why."""


@dataclass
class Solution:
    """Values of the variables: texts by name, and the solver's model for everything else."""

    texts: Mapping[str, str]
    model: z3.ModelRef


@dataclass(frozen=True)
class Abstraction:
    """A formula whose text conditions are Booleans, by name; `variables` are those of the formula itself."""

    formula: z3.BoolRef
    constraints: Mapping[str, StringConstraint]
    variables: Sequence[z3.ExprRef]

    @classmethod
    def of(cls, formula: z3.BoolRef) -> Abstraction:
        """Replace each text condition by a Boolean of its own."""
        found, variables = parts(formula, is_string_constraint)
        names: dict[int, str] = {}
        pairs: list[tuple[z3.BoolRef, z3.BoolRef]] = []
        constraints: dict[str, StringConstraint] = {}
        for term in found:
            differs = term.decl().kind() == z3.Z3_OP_DISTINCT
            positive = term.arg(0) == term.arg(1) if differs else term
            name = names.setdefault(positive.get_id(), f"{_NAMED}{len(names)}")
            if name not in constraints:
                constraints[name] = string_constraint_of(positive)
                variables.extend(constraints[name].variables)
            pairs.append((term, z3.Not(z3.Bool(name)) if differs else z3.Bool(name)))
        unique = {variable.get_id(): variable for variable in variables}
        return cls(z3.substitute(formula, *pairs) if pairs else formula, constraints, list(unique.values()))


def solve(abstraction: Abstraction, extra: Iterable[z3.BoolRef], *, timeout_ms: int) -> Solution | None:
    """Values that make the formula and `extra` (without texts) true, or None: there are none.

    Raises `NotKnownError`.
    """
    deadline = monotonic() + timeout_ms / 1000
    solver = z3.SimpleSolver()
    solver.add(abstraction.formula, *extra, *_known_conflicts(abstraction.constraints))
    while True:
        left = int((deadline - monotonic()) * 1000)
        if left <= 0:
            raise NotKnownError("timeout")
        solver.set("timeout", left)
        verdict = solver.check()
        if verdict == z3.unsat:
            return None
        if verdict != z3.sat:
            raise NotKnownError(solver.reason_unknown())
        model = solver.model()
        chosen = _needed(abstraction.formula, model, abstraction.constraints)
        literals = {name: (abstraction.constraints[name], sign) for name, sign in chosen.items()}
        texts, conflicts = _texts_for(literals, model, left)
        if not conflicts:
            return Solution(texts, model)
        for conflict in conflicts:
            solver.add(z3.Or([z3.Not(z3.Bool(name)) if sign else z3.Bool(name) for name, sign in conflict.items()]))


def _known_conflicts(constraints: Mapping[str, StringConstraint]) -> Iterable[z3.BoolRef]:
    """What is plain without a search: constants exclude each other, and each is in a set or not."""
    by_variable: defaultdict[str, dict[str, StringConstraint]] = defaultdict(dict)
    for name, constraint in constraints.items():
        if constraint.language is not None:
            by_variable[constraint.names[0]][name] = constraint
    for own in by_variable.values():
        constants = [
            (z3.Bool(name), constraint.exactly) for name, constraint in own.items() if constraint.exactly is not None
        ]
        if len(constants) > 1:
            yield z3.AtMost(*(flag for flag, _ in constants), 1)
        for name, constraint in own.items():
            if constraint.exactly is None:
                accepted: list[z3.BoolRef] = []
                refused: list[z3.BoolRef] = []
                for flag, text in constants:
                    (accepted if _holds(constraint, text) else refused).append(flag)
                if accepted:
                    yield z3.Implies(z3.Or(accepted), z3.Bool(name))
                if refused:
                    yield z3.Implies(z3.Bool(name), z3.Not(z3.Or(refused)))
        yield from _known_prefixes(
            {name: constraint.prefix for name, constraint in own.items() if constraint.prefix is not None}
        )
        yield from _known_parts(own)


def _known_parts(own: Mapping[str, StringConstraint]) -> Iterable[z3.BoolRef]:
    """One place in a text equals one constant at most, and texts that begin plainly say which."""
    slices: defaultdict[tuple[int, int], dict[str, z3.BoolRef]] = defaultdict(dict)
    for name, constraint in own.items():
        if constraint.part is not None:
            slices[constraint.part[0], len(constraint.part[1])][constraint.part[1]] = z3.Bool(name)
    for (begin, length), flags in slices.items():
        yield z3.AtMost(*flags.values(), 1)
        for name, constraint in own.items():
            if len(constraint.leading) >= begin + length:
                same = flags.get(constraint.leading[begin : begin + length])
                yield z3.Implies(z3.Bool(name), z3.Not(z3.Or(list(flags.values()))) if same is None else same)


def _known_prefixes(prefixes: Mapping[str, str]) -> Iterable[z3.BoolRef]:
    """Of two prefixes, one begins with the other, or they exclude each other.

    As a tree, so that there are as many conditions as prefixes: each implies the longest that it begins with, and
    those that begin alike up to there exclude each other.
    """
    above: list[tuple[str, str]] = []
    siblings: defaultdict[str, list[z3.BoolRef]] = defaultdict(list)
    for name, text in sorted(prefixes.items(), key=lambda item: item[1]):
        while above and not text.startswith(above[-1][1]):
            above.pop()
        parent = above[-1][0] if above else ""
        siblings[parent].append(z3.Bool(name))
        if parent:
            yield z3.Implies(z3.Bool(name), z3.Bool(parent))
        above.append((name, text))
    yield from (z3.AtMost(*flags, 1) for flags in siblings.values() if len(flags) > 1)


def _needed(formula: z3.BoolRef, model: z3.ModelRef, constraints: Mapping[str, StringConstraint]) -> dict[str, bool]:
    """The text conditions, with their signs, that are enough to make `formula` true as `model` does."""
    needed: dict[str, bool] = {}
    truths: dict[int, bool] = {}

    def true(term: z3.BoolRef) -> bool:
        known = truths.get(term.get_id())
        if known is None:
            known = truths[term.get_id()] = z3.is_true(model.eval(term, model_completion=True))
        return known

    pending = [(formula, True)]
    seen: set[tuple[int, bool]] = set()
    while pending:
        term, sign = pending.pop()
        if (term.get_id(), sign) in seen:
            continue
        seen.add((term.get_id(), sign))
        children = term.children()
        if not children:
            name = term.decl().name()
            if name in constraints:
                needed[name] = sign
        elif z3.is_not(term):
            pending.append((children[0], not sign))
        elif (z3.is_and(term) and sign) or (z3.is_or(term) and not sign):
            pending.extend((child, sign) for child in children)
        elif z3.is_and(term) or z3.is_or(term):
            pending.append((_choice([child for child in children if true(child) is sign], needed), sign))
        else:
            pending.extend((child, true(child)) for child in children if z3.is_bool(child))
    return needed


def _choice(fitting: Sequence[z3.BoolRef], needed: Mapping[str, bool]) -> z3.BoolRef:
    """Of parts that each settle an Or: one that is needed already, or one without texts, if there is."""
    for child in fitting:
        if not child.children() and (not child.decl().name().startswith(_NAMED) or child.decl().name() in needed):
            return child
    return fitting[0]


def _text_of(literals: Mapping[str, Literal]) -> tuple[str | None, list[Conflict]]:
    """A text for one variable, from conditions that are sets; or the choices that exclude each other."""
    for equality, (constraint, sign) in literals.items():
        if sign and constraint.exactly is not None:
            text: str | None = constraint.exactly
            wrong = [
                other for other, (found, wanted) in literals.items() if _holds(found, constraint.exactly) is not wanted
            ]
            return text, [{equality: True, other: literals[other][1]} for other in wrong]
    text = _common(literals)
    return (text, []) if text is not None else (None, [_smallest(literals)])


def _holds(constraint: StringConstraint, text: str) -> bool:
    if constraint.exactly is not None:
        return text == constraint.exactly
    if constraint.language is None:
        raise ValueError(f"{constraint.term} is no set of texts")
    return constraint.language.accepts(text)


def _common(literals: Mapping[str, Literal]) -> str | None:
    found = [(constraint.language, sign) for constraint, sign in literals.values() if constraint.language is not None]
    try:
        return common_text(found)
    except TooLarge:
        raise NotKnownError("an open text has too many patterns") from None


def _smallest(literals: Mapping[str, Literal]) -> Conflict:
    """Choices that already exclude each other, none of which can be left out."""
    kept = dict(literals)
    for name in sorted(literals, key=lambda found: literals[found][1]):
        fewer = {other: literal for other, literal in kept.items() if other != name}
        if _common(fewer) is None:
            kept = fewer
    return {name: sign for name, (_, sign) in kept.items()}


def _related(chosen: Mapping[str, Literal]) -> list[dict[str, Literal]]:
    """Conditions in groups that share no variable, directly or through others."""
    groups: list[tuple[set[str], dict[str, Literal]]] = []
    for name, literal in chosen.items():
        variables, members = set(literal[0].names), {name: literal}
        apart = []
        for other, found in groups:
            if variables & other:
                variables |= other
                members |= found
            else:
                apart.append((other, found))
        groups = [*apart, (variables, members)]
    return [members for _, members in groups]


def _texts_for(
    chosen: Mapping[str, Literal], model: z3.ModelRef, timeout_ms: int
) -> tuple[StringValues, list[Conflict]]:
    """A text for each variable, or the sets of choices that no text meets."""
    texts: dict[str, str] = {}
    conflicts: list[Conflict] = []
    for group in _related(chosen):
        if all(constraint.language is not None for constraint, _ in group.values()):
            name = next(iter(group.values()))[0].names[0]
            text, found = _text_of(group)
            texts |= {} if text is None else {name: text}
        else:
            related, found = _relation(group, model, timeout_ms)
            texts |= related
        conflicts += found
    return texts, conflicts


def _relation(group: Mapping[str, Literal], model: z3.ModelRef, timeout_ms: int) -> tuple[StringValues, list[Conflict]]:
    """Texts that depend on each other: a guess that automata complete, else the solver's own strings."""
    alone: defaultdict[str, dict[str, Literal]] = defaultdict(dict)
    for name, (constraint, sign) in group.items():
        if constraint.language is not None:
            alone[constraint.names[0]][name] = constraint, sign
        elif sign and constraint.implied is not None:
            variable, language = constraint.implied
            alone[variable][name] = replace(constraint, language=language), True
    conflicts = [conflict for found in alone.values() for conflict in _text_of(found)[1]]
    if conflicts:
        return {}, conflicts
    return _guessed(group, alone, model) or _by_solver(group, model, timeout_ms)


def _guessed(
    group: Mapping[str, Literal], alone: Mapping[str, Mapping[str, Literal]], model: z3.ModelRef
) -> tuple[StringValues, list[Conflict]] | None:
    """Fix all but one of the texts to the simplest that their own conditions allow, and look for the last."""
    variables = {
        name: each
        for constraint, _ in group.values()
        for name, each in zip(constraint.names, constraint.variables, strict=True)
    }
    texts = {name for name, variable in variables.items() if z3.is_seq(variable)}
    for last in sorted(texts):
        fixed = {name: _text_of(alone.get(name, {}))[0] or "" for name in texts - {last}}
        pairs = [(variables[name], constant(text)) for name, text in fixed.items()]
        pairs += [
            (variable, model.eval(variable, model_completion=True))
            for name, variable in variables.items()
            if name not in texts
        ]
        found = _last_text(
            [(z3.simplify(z3.substitute(constraint.term, *pairs)), sign) for constraint, sign in group.values()]
        )
        if found is not None:
            return {**fixed, last: found}, []
    return None


def _last_text(literals: Iterable[tuple[z3.BoolRef, bool]]) -> str | None:
    wanted: dict[str, Literal] = {}
    for number, (term, sign) in enumerate(literals):
        if z3.is_true(term) or z3.is_false(term):
            if z3.is_true(term) is not sign:
                return None
            continue
        constraint = string_constraint_of(term) if is_string_constraint(term) else StringConstraint(term, (), (), None)
        if constraint.language is None:
            return None
        wanted[str(number)] = constraint, sign
    text, conflicts = _text_of(wanted)
    return None if conflicts else text


def _by_solver(
    group: Mapping[str, Literal], model: z3.ModelRef, timeout_ms: int
) -> tuple[StringValues, list[Conflict]]:
    """The solver's own strings, on these conditions alone."""
    solver = z3.Solver()
    solver.set("timeout", timeout_ms)
    tracked = {name: z3.Bool(name) for name in group}
    variables = {variable for constraint, _ in group.values() for variable in constraint.variables}
    flags = {variable.decl().name(): variable for variable in variables if z3.is_bool(variable)}
    for name, (constraint, sign) in group.items():
        solver.assert_and_track(constraint.term if sign else z3.Not(constraint.term), tracked[name])
    signs = {name: z3.is_true(model.eval(flag, model_completion=True)) for name, flag in flags.items()}
    for name, flag in flags.items():
        solver.assert_and_track(flag if signs[name] else z3.Not(flag), z3.Bool(f"chosen {name}"))
    verdict = solver.check()
    if verdict == z3.sat:
        found = solver.model()
        values = {v.decl().name(): found.eval(v, model_completion=True) for v in variables if z3.is_seq(v)}
        return {name: known_text(value) for name, value in values.items()}, []
    if verdict != z3.unsat:
        raise NotKnownError(f"{solver.reason_unknown()}, in conditions that relate several texts")
    core = {term.decl().name() for term in solver.unsat_core()}
    conflict = {name: sign for name, (_, sign) in group.items() if name in core}
    return {}, [conflict | {name: sign for name, sign in signs.items() if f"chosen {name}" in core}]
