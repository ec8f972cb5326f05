"""The condition operators: what one policy value says about one value of the request.

Source of the operators and of their types: IAM User Guide, "IAM JSON policy elements: Condition operators". AWS says
nothing about a value that is not of the operator's type ("abc" for a number): here such a value equals nothing, so that
the positive operator is false and the negated one true (no source).
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from policies.access.evaluator.template import Resolved, Wildcard, WildcardSpan, compiled, literal

ValueTest = Callable[[str], bool]
_ARN_PARTS = 6
_DATE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d+))?)?(?P<zone>Z|[+-]\d\d:\d\d))?)?)?",
    re.ASCII,
)
# The exponent is there because JSON writes large numbers with one.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Operator:
    """A condition operator without its qualifier and suffix.

    `build` makes the test of one policy value. `variables` says whether policy variables (and wildcards, as far as
    the operator knows them) count in its values. A negated operator tests the same and takes the opposite.
    """

    name: str
    build: Callable[[Resolved], ValueTest]
    negated: bool = False
    variables: bool = False


def _equals(parts: Resolved) -> ValueTest:
    text = literal(parts)
    return lambda value: value == text


def _equals_ignore_case(parts: Resolved) -> ValueTest:
    text = literal(parts).lower()
    return lambda value: value.lower() == text


def _like(parts: Resolved) -> ValueTest:
    pattern = compiled(parts, WildcardSpan.ANYTHING)
    return lambda value: pattern.fullmatch(value) is not None


def _arn_like(parts: Resolved) -> ValueTest:
    """Six parts between colons, each matched for itself; the last keeps the colons that it has."""
    segments = _segments(parts)
    if len(segments) != _ARN_PARTS:
        return lambda _value: False
    patterns = [compiled(segment, WildcardSpan.ANYTHING) for segment in segments]

    def test(value: str) -> bool:
        given = value.split(":", _ARN_PARTS - 1)
        return len(given) == _ARN_PARTS and all(
            pattern.fullmatch(part) is not None for pattern, part in zip(patterns, given, strict=True)
        )

    return test


def _segments(parts: Resolved) -> list[Resolved]:
    segments: list[list[str | Wildcard]] = [[]]
    for part in parts:
        if isinstance(part, Wildcard):
            segments[-1].append(part)
            continue
        first, *others = part.split(":", _ARN_PARTS - len(segments))
        segments[-1].append(first)
        segments.extend([other] for other in others)
    return [tuple(segment) for segment in segments]


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """An integer or decimal number, or None."""
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


@lru_cache(maxsize=4096)
def date(text: str) -> Decimal | None:
    """Seconds since 1970 of a W3C date (year, month, day or time with a zone) or of epoch seconds, or None.

    Four digits alone are a year, not an epoch (no source: the W3C profile allows them, AWS does not say which wins).
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return number(text)
    given = found.groupdict()
    zone = {None: "+00:00", "Z": "+00:00"}.get(given["zone"], given["zone"])
    try:
        moment = datetime.fromisoformat(
            f"{given['year']}-{given['month'] or '01'}-{given['day'] or '01'}"
            f"T{given['hour'] or '00'}:{given['minute'] or '00'}:{given['second'] or '00'}{zone}"
        )
    except ValueError:
        return None
    elapsed = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return Decimal(elapsed.days * 86400 + elapsed.seconds) + Decimal(f"0.{given['fraction'] or '0'}")


def _compared(
    read: Callable[[str], Decimal | None], compare: Callable[[Decimal, Decimal], bool]
) -> Callable[[Resolved], ValueTest]:
    def build(parts: Resolved) -> ValueTest:
        bound = read(literal(parts))

        def test(value: str) -> bool:
            given = read(value)
            return given is not None and bound is not None and compare(given, bound)

        return test

    return build


def _bool(parts: Resolved) -> ValueTest:
    text = literal(parts).lower()
    return lambda value: text in {"true", "false"} and value.lower() == text


def _binary(parts: Resolved) -> ValueTest:
    expected = _decoded(literal(parts))
    return lambda value: expected is not None and _decoded(value) == expected


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@lru_cache(maxsize=4096)
def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def _ip(parts: Resolved) -> ValueTest:
    """An address alone is a range of one; addresses of the other family are outside every range."""
    try:
        network = ipaddress.ip_network(literal(parts).strip(), strict=False)
    except ValueError:
        return lambda _value: False

    def test(value: str) -> bool:
        found = address(value)
        return found is not None and found in network

    return test


def _family(
    prefix: str, read: Callable[[str], Decimal | None]
) -> tuple[Operator, Operator, Operator, Operator, Operator, Operator]:
    return (
        Operator(f"{prefix}Equals", _compared(read, lambda given, bound: given == bound)),
        Operator(f"{prefix}NotEquals", _compared(read, lambda given, bound: given == bound), negated=True),
        Operator(f"{prefix}LessThan", _compared(read, lambda given, bound: given < bound)),
        Operator(f"{prefix}LessThanEquals", _compared(read, lambda given, bound: given <= bound)),
        Operator(f"{prefix}GreaterThan", _compared(read, lambda given, bound: given > bound)),
        Operator(f"{prefix}GreaterThanEquals", _compared(read, lambda given, bound: given >= bound)),
    )


_ALL = (
    Operator("StringEquals", _equals, variables=True),
    Operator("StringNotEquals", _equals, negated=True, variables=True),
    Operator("StringEqualsIgnoreCase", _equals_ignore_case, variables=True),
    Operator("StringNotEqualsIgnoreCase", _equals_ignore_case, negated=True, variables=True),
    Operator("StringLike", _like, variables=True),
    Operator("StringNotLike", _like, negated=True, variables=True),
    Operator("ArnEquals", _arn_like, variables=True),
    Operator("ArnLike", _arn_like, variables=True),
    Operator("ArnNotEquals", _arn_like, negated=True, variables=True),
    Operator("ArnNotLike", _arn_like, negated=True, variables=True),
    *_family("Numeric", number),
    *_family("Date", date),
    Operator("Bool", _bool),
    Operator("BinaryEquals", _binary),
    Operator("IpAddress", _ip),
    Operator("NotIpAddress", _ip, negated=True),
)
OPERATORS: Mapping[str, Operator] = MappingProxyType({operator.name: operator for operator in _ALL})
NULL = "Null"
