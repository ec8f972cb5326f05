"""Roles that exist already, and what the platform needs of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws

from stacks.lookups import Lookups


@dataclass(frozen=True)
class ExistingRole:
    """A role that somebody else made."""

    arn: str


@dataclass(frozen=True, kw_only=True)
class ExpectedRole:
    """What a stack would have made of a role: its ARN, which others compute, and the trust policy."""

    arn: str
    trust: str


def role(lookups: Lookups, setting: str, arn: str, expected: ExpectedRole, boundary: str) -> ExistingRole:
    """A role of the name that others compute, inside the boundary, trusting exactly whom it must."""
    if arn != expected.arn:
        lookups.add_shortfall(setting, arn, f"other accounts compute its ARN: it must be {expected.arn}")
        return ExistingRole(arn)
    name = arn.rpartition("/")[2]
    found = lookups.get(setting, arn, lambda options: aws.iam.get_role(name=name, opts=options))
    if found is not None:
        lookups.require(found.arn == arn, setting, arn, f"has another path: the account's {name} is {found.arn}")
        holds = found.permissions_boundary == boundary
        lookups.require(
            holds, setting, arn, f"is not inside the boundary of the platform's roles: set it to {boundary}"
        )
        _trust(lookups, setting, arn, found.assume_role_policy, expected.trust)
    return ExistingRole(arn)


def _trust(lookups: Lookups, setting: str, arn: str, given: str, expected: str) -> None:
    """Every statement of the trust is one that the platform would have written, and none of those is missing."""
    present, wanted = _statements(given), _statements(expected)
    for statement in wanted:
        if statement not in present:
            lookups.add_shortfall(
                setting, arn, f"its trust lacks this statement: {json.dumps(statement, sort_keys=True)}"
            )
    for statement in present:
        if statement.get("Effect") == "Allow" and statement not in wanted:
            lookups.add_shortfall(
                setting, arn, f"its trust also lets others in: {json.dumps(statement, sort_keys=True)}"
            )


def _statements(document: str) -> list[dict[str, Any]]:
    """Statements without their ids, each list sorted: AWS writes one value alone, and keeps no order."""
    statements = json.loads(document).get("Statement", [])
    return [_plain(one) for one in (statements if isinstance(statements, list) else [statements])]


def _plain(statement: Mapping[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: plain(one) for key, one in value.items()}
        return sorted(str(one) for one in value) if isinstance(value, list) else [str(value)]

    kept = {key: plain(value) for key, value in statement.items() if key not in ("Sid", "Effect")}
    return {"Effect": statement.get("Effect"), **kept}
