"""Problems with the settings: what is wrong, where, and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_LIST = 12
LONGEST_VALUE = 70


@dataclass(frozen=True, kw_only=True)
class SettingsProblem:
    """One mistake. `key` is a path such as `network.cidr`, `line` counts from 1, `given` is the value as shown."""

    file: str
    message: str
    key: str = ""
    given: str | None = None
    allowed: tuple[str, ...] = ()
    nearest: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        position = self.file if self.line is None else f"{self.file}:{self.line}"
        subject = self.key if self.given is None else f"{self.key} = {self.given}".lstrip()
        hints = [self.message]
        if self.nearest:
            hints.append(f"did you mean {self.nearest}?")
        if self.allowed:
            hints.append(f"allowed: {_shortened(self.allowed, self.nearest)}")
        return printable("  ".join(part for part in (position, subject, "; ".join(hints)) if part))


class SettingsError(ValueError):
    """Everything that is wrong with one or more stack files, all at once."""

    def __init__(self, problems: Sequence[SettingsProblem]) -> None:
        self.problems = list(problems)
        super().__init__(self._text())

    def _text(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'' if count == 1 else 's'} in the settings:"
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])


def printable(text: str) -> str:
    """The text on one line: a hostile file cannot steer the terminal that its problems are printed on."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def shown(value: object) -> str:
    """A value on one line, cut where it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _shortened(allowed: Sequence[str], match: str | None) -> str:
    if len(allowed) <= LONGEST_LIST:
        return ", ".join(allowed)
    ordered = sorted(allowed, key=lambda name: _shared(name, match or ""), reverse=True)
    return f"{', '.join(ordered[: LONGEST_LIST // 2])}, … ({len(allowed)} in all)"


def _shared(name: str, match: str) -> int:
    """Length of the common beginning: what stands near the match is shown first."""
    pairs = zip(name, match, strict=False)
    return next((index for index, (left, right) in enumerate(pairs) if left != right), min(len(name), len(match)))
