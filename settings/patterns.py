"""Whether AWS takes a text of a stack file, by the limits that its own models set (`data/aws-patterns.json`)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pydantic_core import SchemaValidator, ValidationError, core_schema

from settings.closed_lists import DATA

# Java's classes by POSIX's names, each as it is written within brackets.
_POSIX = {"Print": r"\x20-\x7e", "Graph": r"\x21-\x7e", "Alnum": "a-zA-Z0-9", "ASCII": r"\x00-\x7f"}


@dataclass(frozen=True, kw_only=True)
class TextLimits:
    """What some of AWS's models agree on: lengths in characters, and a regular expression for the whole text."""

    models: tuple[str, ...]
    min: int = 0
    max: int | None = None
    pattern: str | None = None

    def fault(self, value: str, *, what: str) -> str | None:
        """Why a text is refused; `what` says in words what is allowed. None where it passes."""
        where = f"{self.models[0]} of AWS's models"
        if len(value) < self.min:
            return f"has {len(value)} characters, and {where} asks for at least {self.min}"
        if self.max is not None and len(value) > self.max:
            return f"has {len(value)} characters, and {where} allows {self.max}"
        if self.pattern is None or matcher(self.pattern)(value):
            return None
        # Only an expression that is a repeated class of characters says which one is wrong.
        one_by_one = value if matcher(self.pattern)("a") else ""
        wrong = next((letter for letter in one_by_one if not matcher(self.pattern)(letter)), None)
        found = f"holds {_named(wrong)}, which AWS refuses" if wrong is not None else "is of a form that AWS refuses"
        return f"{found} ({where}): allowed are {what}"


def _named(letter: str) -> str:
    """A character as it can be seen: a combining mark stands on its neighbour, so that its number names it."""
    if not unicodedata.combining(letter):
        return repr(letter)
    return f"U+{ord(letter):04X} ({unicodedata.name(letter).lower()})"


@dataclass(frozen=True)
class AwsText:
    """A validator for one sort of text of the table; `what` says in words what all of its models allow."""

    kind: str
    what: str

    def __call__(self, value: str) -> str:
        """The text itself. Raises ValueError with the first limit that it breaks."""
        for limits in limits_of(self.kind):
            if fault := limits.fault(value, what=self.what):
                raise ValueError(fault)
        return value


@cache
def limits_of(kind: str) -> tuple[TextLimits, ...]:
    """The table's limits for a sort of text; every one of them holds. Raises KeyError for a sort that it lacks."""
    entries = json.loads((DATA / "aws-patterns.json").read_text(encoding="utf-8"))["texts"][kind]
    return tuple(TextLimits(**{**entry, "models": tuple(entry["models"])}) for entry in entries)


def lengths_of(kind: str) -> tuple[int, int]:
    """The fewest and the most characters that all models of a sort allow."""
    limits = limits_of(kind)
    return max(each.min for each in limits), min(each.max for each in limits if each.max is not None)


@cache
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a whole text matches one of AWS's expressions.

    They are Java's: `\\w` is ASCII there, and `\\p{L}` is known, which Python's `re` has not.
    """
    for name, letters in _POSIX.items():
        # Within brackets it is a part of them, elsewhere a class of its own.
        within = rf"\1{letters}".replace(r"\x", r"\\x")
        pattern = re.sub(rf"(\[[^\]]*)\\p{{{name}}}", within, pattern)
        pattern = pattern.replace(rf"\p{{{name}}}", f"[{letters}]")
    if r"\p{" not in pattern:
        form = re.compile(pattern.replace(r"\z", r"\Z"), re.ASCII)
        return lambda value: form.fullmatch(value) is not None
    validator = SchemaValidator(core_schema.str_schema(pattern=f"^(?:{pattern})$"))

    def matches(value: str) -> bool:
        try:
            validator.validate_python(value)
        except ValidationError:
            return False
        return True

    return matches


def ascii_form(kind: str) -> str:
    """An expression for editors, which know no `\\p{L}`: no ASCII character that a class of the table refuses.

    Only for sorts whose expressions are repeated classes of characters.
    """
    patterns = [limits.pattern for limits in limits_of(kind) if limits.pattern]
    refused = [code for code in range(128) if not all(matcher(each)(chr(code)) for each in patterns)]
    first = [code for code in refused if code - 1 not in refused]
    last = [code for code in refused if code + 1 not in refused]
    return f"^[^{''.join(f'{_code(low)}-{_code(high)}' for low, high in zip(first, last, strict=True))}]*$"


def _code(letter: int) -> str:
    return rf"\x{letter:02x}"
