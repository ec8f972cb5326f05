"""Patterns with wildcards and policy variables, as exact formulas over a text that may be open."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import z3

from policies.access.encoding.logic import Formula, Unsupported, both, constant, known_text, settled

ARN_PARTS = 6


class PatternWildcard(Enum):
    """A wildcard. The narrow ones stop at a colon, as they do inside one part of an ARN."""

    MANY = "*"
    ONE = "?"
    MANY_NARROW = "*:"
    ONE_NARROW = "?:"


@dataclass(frozen=True)
class VariableValue:
    """A policy variable's value, open or known; wildcards in it are plain text."""

    text: z3.SeqRef
    present: Formula


Piece = str | PatternWildcard | VariableValue
# The value of the variable with this name and default, None for a default that is not given.
Resolve = Callable[[str, str | None], VariableValue]

_LITERAL_VARIABLES = frozenset("*?$")


def pieces(pattern: str, *, wildcards: bool, resolve: Resolve | None = None) -> list[Piece]:
    """Split `pattern`. Without `resolve`, `${…}` is text; `${*}`, `${?}` and `${$}` are those characters.

    Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    found: list[Piece] = []
    position = 0
    while position < len(pattern):
        end = pattern.find("}", position) if resolve and pattern.startswith("${", position) else -1
        if resolve and end > 0:
            found.append(_variable(pattern[position + 2 : end], resolve))
            position = end + 1
            continue
        character = pattern[position]
        found.append(PatternWildcard(character) if wildcards and character in "*?" else character)
        position += 1
    return found


def _variable(expression: str, resolve: Resolve) -> Piece:
    if expression in _LITERAL_VARIABLES:
        return expression
    name, comma, default = expression.partition(",")
    return resolve(name.strip().lower(), default.strip().strip("'") if comma else None)


class Style(Enum):
    """How a pattern is written: plain text, with wildcards, as an ARN of a condition, or of a Resource element."""

    PLAIN = "plain"
    WILD = "wild"
    ARN = "arn"
    RESOURCE = "resource"


def fits(pattern: str, style: Style, text: z3.SeqRef, where: str, resolve: Resolve | None = None) -> Formula:
    """Whether `text` has the form of `pattern`. A variable without a value matches nothing. Raises `Unsupported`.

    `resolve` gives the values of policy variables; without it `${…}` is text. `where` names the statement.
    """
    if resolve is not None and "${" in pattern:
        return matches(_styled(pattern, style, resolve), text, where)
    key = pattern, style, text.get_id()
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= _REMEMBERED:
            _KNOWN.clear()
        known = _KNOWN[key] = text, matches(_styled(pattern, style, None), text, where)
    return known[1]


# Formulas of patterns without variables; the text is kept so that its number stays its own.
_KNOWN: dict[tuple[str, Style, int], tuple[z3.SeqRef, Formula]] = {}
_REMEMBERED = 50_000


def _styled(pattern: str, style: Style, resolve: Resolve | None) -> list[Piece]:
    if style is Style.RESOURCE:
        # Variables stand only after the fifth colon. Source: IAM User Guide, "IAM policy elements: Variables and tags".
        parts = pattern.split(":", ARN_PARTS - 1)
        if len(parts) < ARN_PARTS:
            return in_segments(pieces(pattern, wildcards=True))
        head = pieces(":".join(parts[:-1]) + ":", wildcards=True)
        return in_segments([*head, *pieces(parts[-1], wildcards=True, resolve=resolve)])
    found = pieces(pattern, wildcards=style is not Style.PLAIN, resolve=resolve)
    return in_parts(found) if style is Style.ARN else found


def in_parts(found: Sequence[Piece]) -> list[Piece]:
    """For ArnLike: wildcards of the first five parts stay inside their parts; the sixth is the rest of the ARN.

    Source: IAM User Guide, "IAM JSON policy elements: Condition operators", ARN operators.
    """
    narrowed: list[Piece] = []
    part = 1
    for piece in found:
        part += piece.count(":") if isinstance(piece, str) else 0
        narrowed.append(
            PatternWildcard(piece.value + ":") if isinstance(piece, PatternWildcard) and part < ARN_PARTS else piece
        )
    return narrowed


def in_segments(found: Sequence[Piece]) -> list[Piece]:
    """For a Resource element: wildcards stay between colons, save a `*` that ends a segment, which may go on.

    Source: IAM User Guide, "IAM JSON policy elements: Resource", wildcards in resource ARNs.
    """
    narrowed: list[Piece] = []
    for index, piece in enumerate(found):
        ends = index + 1 == len(found) or found[index + 1] == ":"
        narrowed.append(
            PatternWildcard(piece.value + ":")
            if isinstance(piece, PatternWildcard) and not (piece is PatternWildcard.MANY and ends)
            else piece
        )
    return narrowed


def matches(found: Sequence[Piece], text: z3.SeqRef, where: str) -> Formula:
    """Whether `text` has this form. A variable without a value matches nothing. Raises `Unsupported`."""
    present = both(*(piece.present for piece in found if isinstance(piece, VariableValue)))
    if present is False:
        return False
    return both(present, _shape(_joined(found), text, where))


def matches_any_case(found: Sequence[Piece], text: z3.SeqRef, where: str) -> Formula:
    """As `matches`, without wildcards and regardless of case."""
    present = both(*(piece.present for piece in found if isinstance(piece, VariableValue)))
    joined = _joined(found)
    if present is False:
        return False
    if any(not isinstance(piece, str) for piece in joined):
        raise Unsupported(f"{where}: a variable with an open value is compared regardless of case")
    return both(present, settled(z3.InRe(text, _any_case("".join(str(piece) for piece in joined))), text))


def _joined(found: Sequence[Piece]) -> list[Piece]:
    """Neighbouring text joined; variables whose value is known are text."""
    joined: list[Piece] = []
    for piece in found:
        if isinstance(piece, VariableValue) and z3.is_string_value(piece.text):
            piece = known_text(piece.text)  # noqa: PLW2901 - the same piece, known
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "" and not (piece is PatternWildcard.MANY and joined and joined[-1] is PatternWildcard.MANY):
            joined.append(piece)
    return joined


def _shape(joined: list[Piece], text: z3.SeqRef, where: str) -> Formula:
    if z3.is_string_value(text) and not any(isinstance(piece, VariableValue) for piece in joined):
        return _plain(tuple(joined)).fullmatch(known_text(text)) is not None
    wild = [index for index, piece in enumerate(joined) if isinstance(piece, PatternWildcard)]
    if not wild:
        expected = _concatenated(joined)
        return settled(text == expected, text, expected)
    head, middle, tail = joined[: wild[0]], joined[wild[0] : wild[-1] + 1], joined[wild[-1] + 1 :]
    if all(not isinstance(piece, VariableValue) for piece in joined):
        return _constant(joined, text)
    if any(isinstance(piece, VariableValue) for piece in middle):
        raise Unsupported(f"{where}: a variable with an open value stands between wildcards")
    start, end = _concatenated(head), _concatenated(tail)
    outer = z3.And(
        z3.PrefixOf(start, text), z3.SuffixOf(end, text), z3.Length(text) >= z3.Length(start) + z3.Length(end)
    )
    if middle == [PatternWildcard.MANY]:
        return outer if tail else z3.PrefixOf(start, text)
    inner = z3.SubString(text, z3.Length(start), z3.Length(text) - z3.Length(start) - z3.Length(end))
    return z3.And(outer, z3.InRe(inner, _expression(tuple(middle))))


def _constant(joined: list[Piece], text: z3.SeqRef) -> Formula:
    """The cheapest exact formula for a pattern without open values."""
    match joined:
        case [PatternWildcard.MANY]:
            return True
        case [str(prefix), PatternWildcard.MANY]:
            return settled(z3.PrefixOf(constant(prefix), text), text)
        case [PatternWildcard.MANY, str(suffix)]:
            return settled(z3.SuffixOf(constant(suffix), text), text)
        case [PatternWildcard.MANY, str(inner), PatternWildcard.MANY]:
            return settled(z3.Contains(text, constant(inner)), text)
    return settled(z3.InRe(text, _expression(tuple(joined))), text)


def _concatenated(joined: Sequence[Piece]) -> z3.SeqRef:
    terms = [piece.text if isinstance(piece, VariableValue) else constant(piece) for piece in joined]
    if not terms:
        return constant("")
    return terms[0] if len(terms) == 1 else z3.Concat(*terms)


@lru_cache(maxsize=16_384)
def _plain(joined: tuple[str | PatternWildcard, ...]) -> re.Pattern[str]:
    """The same pattern for known texts, which need no solver."""
    return re.compile("".join(_PLAIN.get(piece) or re.escape(str(piece)) for piece in joined), re.DOTALL)


@lru_cache(maxsize=4096)
def _expression(joined: tuple[str | PatternWildcard, ...]) -> z3.ReRef:
    terms = [_WILD[piece] if isinstance(piece, PatternWildcard) else z3.Re(constant(piece)) for piece in joined]
    return terms[0] if len(terms) == 1 else z3.Concat(*terms)


@lru_cache(maxsize=4096)
def _any_case(text: str) -> z3.ReRef:
    terms = [
        z3.Re(constant(character)) if character.lower() == character.upper() else z3.Union(
            z3.Re(constant(character.lower())), z3.Re(constant(character.upper()))
        )
        for character in text
    ]  # fmt: skip
    if not terms:
        return z3.Re(constant(""))
    return terms[0] if len(terms) == 1 else z3.Concat(*terms)


_PLAIN: Mapping[str | PatternWildcard, str] = {
    PatternWildcard.MANY: ".*",
    PatternWildcard.ONE: ".",
    PatternWildcard.MANY_NARROW: "[^:]*",
    PatternWildcard.ONE_NARROW: "[^:]",
}
_STRINGS = z3.ReSort(z3.StringSort())
_NOT_COLON = z3.Diff(z3.AllChar(_STRINGS), z3.Re(constant(":")))
_WILD = {
    PatternWildcard.MANY: z3.Full(_STRINGS),
    PatternWildcard.ONE: z3.AllChar(_STRINGS),
    PatternWildcard.MANY_NARROW: z3.Star(_NOT_COLON),
    PatternWildcard.ONE_NARROW: _NOT_COLON,
}
