"""The name that somebody probably meant, for error messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(given: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The name that is most like the given text, whatever its case, hyphens and underscores; None if none is near.

    `cutoff` is the least similarity, from 0 to 1, that difflib's SequenceMatcher must find.
    """
    plain = {_plain(name): name for name in sorted(names)}
    found = get_close_matches(_plain(given), plain, n=1, cutoff=cutoff)
    return plain[found[0]] if found else None


def did_you_mean(given: str, names: Iterable[str]) -> str:
    """A hint for the end of a sentence, ` (did you mean X?)`, or nothing if no name is near."""
    found = nearest(given, names)
    return f" (did you mean {found}?)" if found else ""


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
