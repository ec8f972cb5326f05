"""Whom a trust policy names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.access.authorization import Document


def trusted(trust: Document) -> Iterable[str]:
    """The principals that a trust policy names, accounts and services included."""
    statements = trust.get("Statement")
    for statement in statements if isinstance(statements, list) else [statements]:
        if isinstance(statement, Mapping) and statement.get("Effect") == "Deny":
            continue
        principal = statement.get("Principal") if isinstance(statement, Mapping) else None
        values = principal.values() if isinstance(principal, Mapping) else [principal]
        for value in values:
            yield from ([str(one) for one in value] if isinstance(value, list) else [str(value)] if value else [])
        yield from _trusted_by_condition(statement)


def _trusted_by_condition(statement: object) -> Iterable[str]:
    """A trust of a whole account names who of it in a condition on `aws:PrincipalArn`."""
    condition = statement.get("Condition") if isinstance(statement, Mapping) else None
    for keys in condition.values() if isinstance(condition, Mapping) else ():
        for key, value in keys.items() if isinstance(keys, Mapping) else ():
            if str(key).lower() == "aws:principalarn":
                yield from map(str, value if isinstance(value, list) else [value])
