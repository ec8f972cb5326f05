"""Sets of strings as automata: a string that is in some sets and not in others, or the proof that there is none.

The solver's own strings are exact but slow when many patterns meet; conditions on one open text are decided here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

# The solver's characters. Source: SMT-LIB, theory of Unicode strings: 0 to 0x2FFFF.
LAST_CHARACTER = 0x2FFFF
ANY = ((0, LAST_CHARACTER),)
Characters = tuple[tuple[int, int], ...]
# States that are visited before a search gives up; a platform's queries stay under a few hundred.
MOST_STATES = 200_000
_READABLE = tuple(map(ord, "xX0!~"))


class TooLarge(Exception):
    """The search met more states than `MOST_STATES`."""


@dataclass
class Automaton:
    """Moves between numbered states, without empty moves; `ends` are the states that accept."""

    moves: list[list[tuple[Characters, int]]]
    start: frozenset[int]
    ends: frozenset[int]
    _known: dict[tuple[frozenset[int], int], frozenset[int]] = field(default_factory=dict)

    def step(self, states: frozenset[int], character: int) -> frozenset[int]:
        """The states after one more character."""
        found = self._known.get((states, character))
        if found is None:
            found = frozenset(
                target
                for state in states
                for characters, target in self.moves[state]
                if any(low <= character <= high for low, high in characters)
            )
            self._known[states, character] = found
        return found

    def accepts(self, text: str) -> bool:
        """Whether `text` is in the set."""
        states = self.start
        for character in text:
            states = self.step(states, ord(character))
            if not states:
                return False
        return bool(states & self.ends)


class Builder:
    """Puts automata together from parts, each a pair of states joined by moves and empty moves."""

    def __init__(self) -> None:
        self._moves: list[list[tuple[Characters, int]]] = []
        self._empty: list[list[int]] = []

    def state(self) -> int:
        """A new state."""
        self._moves.append([])
        self._empty.append([])
        return len(self._moves) - 1

    def read(self, start: int, characters: Characters) -> int:
        """The state after one of `characters`."""
        end = self.state()
        self._moves[start].append((characters, end))
        return end

    def word(self, start: int, text: str) -> int:
        """The state after `text`."""
        for character in text:
            start = self.read(start, ((ord(character), ord(character)),))
        return start

    def skip(self, start: int, end: int) -> None:
        """An empty move."""
        self._empty[start].append(end)

    def many(self, start: int, characters: Characters = ANY) -> int:
        """The state after any number of `characters`."""
        loop = self.state()
        self.skip(start, loop)
        self._moves[loop].append((characters, loop))
        return loop

    def joined(self, ends: Sequence[int]) -> int:
        """The state after any of `ends`."""
        found = self.state()
        for end in ends:
            self.skip(end, found)
        return found

    def build(self, start: int, end: int) -> Automaton:
        """The automaton from `start` to `end`."""
        closures = [self._closure(state) for state in range(len(self._moves))]
        moves = [
            [move for reached in closures[state] for move in self._moves[reached]] for state in range(len(self._moves))
        ]
        ends = frozenset(state for state, closure in enumerate(closures) if end in closure)
        return Automaton(moves, frozenset({start}), ends)

    def _closure(self, state: int) -> set[int]:
        found, pending = {state}, [state]
        while pending:
            for target in self._empty[pending.pop()]:
                if target not in found:
                    found.add(target)
                    pending.append(target)
        return found


Signed = tuple[Automaton, bool]


def common_text(conditions: Sequence[Signed]) -> str | None:
    """The shortest text that each automaton accepts or refuses as its sign says; None when there is none.

    Raises `TooLarge`.
    """
    first = tuple(automaton.start for automaton, _ in conditions)
    came_from: dict[tuple[frozenset[int], ...], tuple[tuple[frozenset[int], ...], int] | None] = {first: None}
    pending = deque([first])
    while pending:
        states = pending.popleft()
        if all(
            bool(current & automaton.ends) is sign
            for (automaton, sign), current in zip(conditions, states, strict=True)
        ):
            return _spelled(states, came_from)
        for character in _characters(conditions, states):
            after = tuple(
                automaton.step(current, character) for (automaton, _), current in zip(conditions, states, strict=True)
            )
            hopeless = any(sign and not current for (_, sign), current in zip(conditions, after, strict=True))
            if not hopeless and after not in came_from:
                came_from[after] = (states, character)
                pending.append(after)
        if len(came_from) > MOST_STATES:
            raise TooLarge
    return None


def _characters(conditions: Sequence[Signed], states: Iterable[frozenset[int]]) -> list[int]:
    """One character of each class that the conditions can tell apart here, a readable one where possible.

    Where a set that must be met goes on with known characters alone, only those.
    """
    bounds = {0}
    for (automaton, sign), current in zip(conditions, states, strict=True):
        spans = {span for state in current for characters, _ in automaton.moves[state] for span in characters}
        if sign and all(low == high for low, high in spans):
            return sorted(low for low, _ in spans)
        for low, high in spans:
            bounds.add(low)
            bounds.add(high + 1)
    edges = sorted(bound for bound in bounds if bound <= LAST_CHARACTER)
    after = [*edges[1:], LAST_CHARACTER + 1]
    return [_readable(low, high) for low, high in zip(edges, after, strict=True)]


def _readable(low: int, high: int) -> int:
    """A character from `low` to before `high` that reads well, if there is one."""
    return next((character for character in _READABLE if low <= character < high), low)


def _spelled(
    states: tuple[frozenset[int], ...],
    came_from: dict[tuple[frozenset[int], ...], tuple[tuple[frozenset[int], ...], int] | None],
) -> str:
    text: list[str] = []
    while (before := came_from[states]) is not None:
        states, character = before
        text.append(chr(character))
    return "".join(reversed(text))
