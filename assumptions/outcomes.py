"""Which assumptions hold in this process's AWS: all of them, unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from assumptions import register
from assumptions.assumption import Assumption

_failing: set[str] = set()


def holds(assumption: Assumption) -> bool:
    """Whether the in-memory AWS is to behave as if the assumption held."""
    return assumption.name not in _failing


@contextmanager
def failing(names: Iterable[str] | None = None) -> Iterator[tuple[str, ...]]:
    """Let the named assumptions fail while the context lasts, all of them without names.

    There is one in-memory AWS in a process, so this holds for all threads. Raises KeyError for a name that is none.
    """
    known = [assumption.name for assumption in register()]
    chosen = tuple(known if names is None else names)
    unknown = sorted({*chosen} - {*known})
    if unknown:
        raise KeyError(f"no assumption is called {', '.join(unknown)}; there are: {', '.join(known)}")
    before = set(_failing)
    _failing.update(chosen)
    try:
        yield chosen
    finally:
        _failing.clear()
        _failing.update(before)
