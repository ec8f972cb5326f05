"""What Amazon S3 calls a public bucket policy.

Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", section 'The meaning of "public"': a
policy is public until each of its grants is bounded by a fixed value, without wildcard or policy variable, of what the
page lists. `aws:PrincipalOrgID` is listed; `aws:PrincipalOrgPaths`, `aws:PrincipalArn` and `aws:PrincipalAccount` are
not.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from policies.pack.statements import StatementView

LISTED = frozenset(
    {
        "aws:principalorgid",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
_FIXING = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
_ADDRESSES = "aws:sourceip"
# Longer prefixes are fixed: the page's "values broader than /8 for IPv4 and /32 for IPv6" are public.
_BROADEST = {4: 8, 6: 32}


def public_statements(statements: Sequence[StatementView]) -> list[str]:
    """Labels of the statements that make a bucket's policy public."""
    return [statement.label for statement in statements if statement.allows and _public(statement)]


def _public(statement: StatementView) -> bool:
    named = [kind in {"AWS", "Service"} and _fixed(value) for kind, value in statement.principals]
    if named and all(named) and not statement.not_principals:
        return False
    return not any(_bounds(operator, key, values) for operator, key, values in statement.conditions)


def _bounds(operator: str, key: str, values: Sequence[str]) -> bool:
    """Whether every value is fixed, and the operator is true for none but them. `…IfExists` bounds nobody."""
    plain = operator.removeprefix("foranyvalue:")
    if key == _ADDRESSES:
        return plain == "ipaddress" and bool(values) and all(_narrow(value) for value in values)
    return plain in _FIXING and key in LISTED and bool(values) and all(_fixed(value) for value in values)


def _fixed(value: str) -> bool:
    return bool(value) and not any(sign in value for sign in ("*", "?", "${"))


def _narrow(value: str) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.is_private or network.prefixlen >= _BROADEST[network.version]
