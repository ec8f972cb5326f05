"""What text means to the operators that compare numbers, dates, addresses and Booleans; None when it means nothing."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

# JSON writes large numbers with an exponent.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
# The profile of ISO 8601 that the W3C describes: year, month, day, or a time with its zone.
# Source: IAM User Guide, "IAM JSON policy elements: Condition operators", date operators; www.w3.org/TR/NOTE-datetime.
_DATE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d+))?)?(?P<zone>Z|[+-]\d\d:\d\d))?)?)?"
)


def as_number(text: str) -> Fraction | None:
    """An integer or decimal number."""
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def as_date(text: str) -> Fraction | None:
    """Seconds since 1970 of a date, or of epoch seconds; four digits alone are a year."""
    found = _DATE.fullmatch(text)
    if found is None:
        return as_number(text)
    part = found.groupdict(default="0")
    try:
        moment = datetime(
            int(part["year"]), int(found["month"] or 1), int(found["day"] or 1),
            int(part["hour"]), int(part["minute"]), int(part["second"]), tzinfo=_zone(part["zone"]),
        )  # fmt: skip
    except ValueError:
        return None
    return Fraction(int(moment.timestamp())) + Fraction(f"0.{part['fraction']}")


def as_truth(text: str) -> bool | None:
    """`true` or `false` in any case."""
    return {"true": True, "false": False}.get(text.lower())


def as_address(text: str) -> tuple[int, int] | None:
    """IP version and the address as a number."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return address.version, int(address)


def as_network(text: str) -> tuple[int, int, int] | None:
    """IP version, the network's address as a number, and the length of its prefix."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return network.version, int(network.network_address), network.prefixlen


def _zone(text: str) -> timezone:
    if text in {"0", "Z"}:
        return UTC
    hours, minutes = text[1:].split(":")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if text[0] == "-" else offset)
