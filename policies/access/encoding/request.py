"""A request whose action, resource and condition keys are open, or partly known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import z3

from policies.access.encoding import values
from policies.access.encoding.callers import SymbolicCaller
from policies.access.encoding.context_keys import lacks
from policies.access.encoding.documents import EncodedPolicy
from policies.access.encoding.logic import Formula, Unsupported, as_term, constant, known_text

V4, V6 = 4, 6
BITS = {V4: 32, V6: 128}


@dataclass(frozen=True)
class Slot:
    """One value of a key. Its readings (text, number …) are separate variables, made when an operator asks.

    `known` is the value's text when it is not open.
    """

    name: str
    present: Formula
    known: z3.SeqRef | None = None

    def text(self) -> z3.SeqRef:
        """As text."""
        return z3.String(f"{self.name};text") if self.known is None else self.known

    def number(self) -> tuple[Formula, z3.ArithRef]:
        """Whether it is a number, and which."""
        return self._quantity("number")

    def date(self) -> tuple[Formula, z3.ArithRef]:
        """Whether it is a date, and its seconds since 1970."""
        return self._quantity("date")

    def truth(self) -> tuple[Formula, Formula]:
        """Whether it is a Boolean, and which."""
        if self.known is None:
            return z3.Bool(f"{self.name};truth?"), z3.Bool(f"{self.name};truth")
        found = values.as_truth(self._text_known())
        return found is not None, bool(found)

    def address(self, version: int) -> tuple[Formula, z3.BitVecRef]:
        """Whether it is an address of this IP version, and its bits."""
        if self.known is None:
            return z3.Bool(f"{self.name};ip{version}?"), z3.BitVec(f"{self.name};ip{version}", BITS[version])
        found = values.as_address(self._text_known())
        fits = found is not None and found[0] == version
        return fits, z3.BitVecVal(found[1] if found and fits else 0, BITS[version])

    def reading(self, name: str) -> z3.ExprRef:
        """The constant that stands for this known value where a formula has the variable of that name."""
        plain = name.removesuffix("?")
        if plain == "present":
            return as_term(self.present)
        if plain == "text":
            return self.text()
        if plain == "truth":
            pair: tuple[Formula, z3.ExprRef | bool] = self.truth()
        elif plain.startswith("ip"):
            pair = self.address(int(plain.removeprefix("ip")))
        else:
            pair = self._quantity(plain)
        chosen = pair[0] if name.endswith("?") else pair[1]
        return as_term(chosen) if isinstance(chosen, bool) else chosen

    def _quantity(self, reading: str) -> tuple[Formula, z3.ArithRef]:
        if self.known is None:
            return z3.Bool(f"{self.name};{reading}?"), z3.Real(f"{self.name};{reading}")
        found = READINGS[reading](self._text_known())
        return found is not None, z3.RealVal(found or 0)

    def _text_known(self) -> str:
        if not z3.is_string_value(self.known):
            raise Unsupported(f"{self.name} is read as another type while its text is open")
        return known_text(self.known) if self.known is not None else ""


READINGS = {"number": values.as_number, "date": values.as_date}


@dataclass(frozen=True, kw_only=True)
class SymbolicRequest:
    """Who asks for what. Every `SymbolicRequest` uses the same variables, so that formulas of several can be combined.

    `pinned` are keys whose values are known (an empty tuple: absent); `slots` says how many values an open key has,
    one unless a set operator reads it. `limits` must hold of every request.
    """

    caller: SymbolicCaller
    action: z3.SeqRef
    resource: z3.SeqRef
    pinned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slots: Mapping[str, int] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()

    @classmethod
    def over(
        cls,
        policies: Iterable[EncodedPolicy],
        caller: SymbolicCaller,
        *,
        action: str | None = None,
        resource: str | None = None,
        pinned: Mapping[str, str | Sequence[str]] | None = None,
        also: Mapping[str, int] | None = None,
    ) -> SymbolicRequest:
        """A request with as many values for each key as any formula over `policies` can tell apart.

        An operator with a set prefix needs one value as its example or counterexample, so that its occurrences,
        and one more, are enough. `also` asks for more values of a key. Action and resource are open unless given.
        """
        policies = list(policies)
        known = {key.lower(): _listed(found) for key, found in (pinned or {}).items()}
        needed = slots_needed(policies)
        slots = {key: max(needed.get(key, 1), (also or {}).get(key, 1)) for key in {*needed, *(also or {})}}
        return cls(
            caller=caller,
            action=z3.String("action") if action is None else constant(action.lower()),
            resource=z3.String("resource") if resource is None else constant(resource),
            pinned=known,
            slots=slots,
            keys=frozenset({*known, *slots, *keys_mentioned(policies)}),
        )

    def with_absent(self, keys: Iterable[str]) -> SymbolicRequest:
        """The same request, known to lack `keys`."""
        return replace(self, pinned={**self.pinned, **dict.fromkeys(keys, ())})

    def limits(self) -> list[z3.BoolRef]:
        """What is true of every request: actions are in lower case, and what its caller's kind implies."""
        limits = self.caller.limits()
        if not z3.is_string_value(self.action):
            characters = z3.Union(z3.Range("a", "z"), z3.Range("0", "9"), z3.Re("-"))
            limits.append(z3.InRe(self.action, z3.Concat(z3.Plus(characters), z3.Re(":"), z3.Plus(characters))))
        return limits

    def values(self, key: str, derived: Mapping[str, z3.SeqRef]) -> list[Slot]:
        """The values of `key` (in lower case): known, derived from the caller, lacking by its kind, or open."""
        if key in self.pinned:
            return [Slot(f"{key}#{i}", True, constant(text)) for i, text in enumerate(self.pinned[key])]
        if key in derived:
            return [Slot(f"{key}#0", True, derived[key])]
        if lacks(self.caller.kind, key):
            return []
        return [Slot(f"{key}#{i}", z3.Bool(f"{key}#{i};present")) for i in range(self.slots.get(key, 1))]


def slots_needed(policies: Iterable[EncodedPolicy]) -> dict[str, int]:
    """For each key that a set operator reads: occurrences + 1."""
    found: Counter[str] = Counter()
    for policy in policies:
        for statement in policy.statements:
            found.update(test.key for test in statement.tests if test.quantifier)
    return {key: count + 1 for key, count in found.items()}


_VARIABLE = re.compile(r"\$\{([^},]+)")


def keys_mentioned(policies: Iterable[EncodedPolicy]) -> set[str]:
    """Every condition key that a condition or a policy variable reads, in lower case."""
    found: set[str] = set()
    for policy in policies:
        for statement in policy.statements:
            texts = [value for test in statement.tests for value in test.values] + list(statement.resources or ())
            found.update(test.key for test in statement.tests)
            found.update(name.strip().lower() for text in texts for name in _VARIABLE.findall(text))
    return found


def _listed(found: str | Sequence[str]) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)


def exact(number: Fraction) -> z3.RatNumRef:
    """The same number as the solver's constant."""
    return z3.RealVal(number)
