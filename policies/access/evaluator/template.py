"""Text of a policy that may hold wildcards and policy variables, taken apart once and matched often.

A template is a tuple of parts: literal text, a wildcard or a variable. What a variable brings in at the time of the
request is literal text, whatever characters it has.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_SPECIAL = re.compile(r"\$\{([^}]*)\}|[*?]")
_PLAIN = re.compile(r"[*?]")
_DEFAULTED = re.compile(r"\s*([^,]+?)\s*,\s*'([^']*)'\s*")
_ARN_COLONS = 5


class Wildcard(enum.Enum):
    """A wildcard: MANY is `*`, ONE is `?`."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True)
class Variable:
    """A policy variable such as `${aws:PrincipalTag/project, 'none'}`; `key` is in lower case."""

    key: str
    default: str | None


Part = str | Wildcard | Variable
Template = tuple[Part, ...]
Resolved = tuple[str | Wildcard, ...]


class WildcardSpan(enum.Enum):
    """What a wildcard may run across: ANYTHING, or in a Resource element the colons of an ARN at a segment's end."""

    ANYTHING = "anything"
    SEGMENT = "segment"


def parse_template(text: str, *, variables: bool) -> Template:
    """Split text into parts; without `variables` (an old policy version), `${…}` is text like any other.

    `${*}`, `${?}` and `${$}` stand for the characters themselves, and a default is given in single quotes
    (IAM User Guide, "IAM policy elements: Variables and tags").
    """
    parts: list[Part] = []
    end = 0
    for found in (_SPECIAL if variables else _PLAIN).finditer(text):
        if found.start() > end:
            parts.append(text[end : found.start()])
        parts.append(_special(found.group(0), found.group(1) if variables else None))
        end = found.end()
    if end < len(text):
        parts.append(text[end:])
    return _joined(parts)


def _special(text: str, name: str | None) -> Part:
    if name is None:
        return Wildcard(text)
    if name in {"*", "?", "$"}:
        return name
    defaulted = _DEFAULTED.fullmatch(name)
    if defaulted:
        return Variable(defaulted.group(1).lower(), defaulted.group(2))
    return Variable(name.strip().lower(), None)


def _joined(parts: list[Part]) -> Template:
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def parse_resource(text: str, *, variables: bool) -> Template:
    """Split a Resource element into parts; variables count only after the fifth colon.

    Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    position = -1
    for _ in range(_ARN_COLONS):
        position = text.find(":", position + 1)
        if position < 0:
            return parse_template(text, variables=False)
    head = parse_template(text[: position + 1], variables=False)
    return _joined([*head, *parse_template(text[position + 1 :], variables=variables)])


def resolve(template: Template, single: Mapping[str, str]) -> Resolved | None:
    """Put the request's values in place of variables; None when a variable has neither a value nor a default."""
    parts: list[str | Wildcard] = []
    for part in template:
        if not isinstance(part, Variable):
            parts.append(part)
            continue
        value = single.get(part.key, part.default)
        if value is None:
            return None
        parts.append(value)
    return tuple(parts)


def static(template: Template) -> Resolved | None:
    """The template itself when it has no variables, else None."""
    parts = tuple(part for part in template if not isinstance(part, Variable))
    return parts if len(parts) == len(template) else None


def literal(parts: Resolved) -> str:
    """The text with its wildcards as the characters they are, for operators that know none."""
    return "".join(part.value if isinstance(part, Wildcard) else part for part in parts)


@lru_cache(maxsize=65536)
def regex_text(parts: Resolved, span: WildcardSpan) -> str:
    """The regular expression, as text, of a whole match."""
    pieces: list[str] = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            pieces.append(re.escape(part))
            continue
        crosses = span is WildcardSpan.ANYTHING or (part is Wildcard.MANY and _ends_segment(parts, index))
        pieces.append(("." if crosses else "[^:]") + ("*" if part is Wildcard.MANY else ""))
    return "".join(pieces)


def _ends_segment(parts: Resolved, index: int) -> bool:
    """Whether a wildcard is the last character of its ARN segment.

    Source: IAM User Guide, "IAM JSON policy elements: Resource".
    """
    following = next((part for part in parts[index + 1 :] if part != ""), None)
    return following is None or (isinstance(following, str) and following.startswith(":"))


@lru_cache(maxsize=65536)
def compiled(parts: Resolved, span: WildcardSpan) -> re.Pattern[str]:
    """The compiled form of a whole match, case-sensitive."""
    return re.compile(regex_text(parts, span), re.DOTALL)
