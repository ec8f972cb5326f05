"""The rules of composite alarms. Pure.

Source: CloudWatch API Reference, "PutCompositeAlarm": AlarmRule with ALARM, OK, INSUFFICIENT_DATA, AND, OR, NOT, TRUE,
FALSE.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rehearsal.service_model.aws_behavior import aws_behavior

_TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>[^\"]+)\"|(?P<plain>[^\s()\"]+))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE|\(|\)))"
)


class BadRule(ValueError):
    """A rule that CloudWatch does not take."""


@aws_behavior('CloudWatch API Reference, "PutCompositeAlarm": AlarmRule')
def in_alarm(rule: str, state_of: Callable[[str], str]) -> bool:
    """A composite alarm is in ALARM where its expression about other alarms' states is true. Raises BadRule."""
    tokens = list(_tokens(rule, state_of))
    value, rest = _or(tokens)
    if rest:
        raise BadRule(f"AlarmRule must not contain any syntax error: {rule}")
    return value


def alarms_of(rule: str) -> list[str]:
    """The names of the alarms that a rule asks about. Raises BadRule."""
    names: list[str] = []

    def state(name: str) -> str:
        names.append(name)
        return "OK"

    in_alarm(rule, state)
    return names


def _tokens(rule: str, state_of: Callable[[str], str]) -> list[str]:
    found, position = [], 0
    text = rule.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise BadRule(f"AlarmRule must not contain any syntax error: {rule}")
        position = match.end()
        if match["state"]:
            name = (match["quoted"] or match["plain"]).rpartition(":alarm:")[2]
            found.append("TRUE" if state_of(name) == match["state"] else "FALSE")
        else:
            found.append(match["word"])
    return found


def _or(tokens: list[str]) -> tuple[bool, list[str]]:
    value, rest = _and(tokens)
    while rest and rest[0] == "OR":
        other, rest = _and(rest[1:])
        value = value or other
    return value, rest


def _and(tokens: list[str]) -> tuple[bool, list[str]]:
    value, rest = _not(tokens)
    while rest and rest[0] == "AND":
        other, rest = _not(rest[1:])
        value = value and other
    return value, rest


def _not(tokens: list[str]) -> tuple[bool, list[str]]:
    if not tokens:
        raise BadRule("AlarmRule ends where a condition is expected")
    first, rest = tokens[0], tokens[1:]
    if first == "NOT":
        value, rest = _not(rest)
        return not value, rest
    if first == "(":
        value, rest = _or(rest)
        if not rest or rest[0] != ")":
            raise BadRule("AlarmRule lacks a closing parenthesis")
        return value, rest[1:]
    if first in ("TRUE", "FALSE"):
        return first == "TRUE", rest
    raise BadRule(f"AlarmRule has {first} where a condition is expected")
