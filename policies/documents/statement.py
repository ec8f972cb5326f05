"""Statements and documents as values, checked when they are made and rendered once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]

# Letters and digits only: IAM reference_policies_elements_sid.
_SID = re.compile(r"^[A-Za-z0-9]{1,100}$")


class BadStatement(ValueError):
    """A statement that AWS would refuse, or a wildcard that nobody explains."""


@dataclass(frozen=True, kw_only=True)
class Principals:
    """Who a statement of a resource policy speaks of."""

    aws: Sequence[str] = ()
    services: Sequence[str] = ()

    def render(self) -> dict[str, str | list[str]]:
        """The `Principal` element. `*` stands for everybody and is only used with conditions or in a Deny."""
        named = {"AWS": self.aws, "Service": self.services}
        return {kind: _values(names) for kind, names in named.items() if names}


EVERYBODY = Principals(aws=("*",))


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement. `sid` reads like a sentence; `reason` explains each wildcard of an Allow."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    effect: Literal["Allow", "Deny"] = "Allow"
    principals: Principals | None = None
    conditions: Conditions = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        if not _SID.match(self.sid):
            raise BadStatement(f"sid {self.sid!r}: letters and digits only")
        if not self.actions:
            raise BadStatement(f"{self.sid}: names no action")
        if self.effect == "Allow" and self._wide() and not self.reason:
            raise BadStatement(f"{self.sid}: a wildcard needs its reason beside it")

    def _wide(self) -> bool:
        whole_service = any(action == "*" or action.endswith(":*") for action in self.actions)
        everybody = self.principals is EVERYBODY and not self.conditions
        return whole_service or "*" in self.resources or everybody

    def render(self) -> dict[str, object]:
        """The statement as IAM's JSON."""
        rendered: dict[str, object] = {"Sid": self.sid, "Effect": self.effect}
        if self.principals is not None:
            rendered["Principal"] = self.principals.render()
        rendered["Action"] = _values(self.actions)
        if self.resources:
            rendered["Resource"] = _values(self.resources)
        if self.conditions:
            rendered["Condition"] = {
                operator: {key: _values(value) for key, value in sorted(keys.items())}
                for operator, keys in sorted(self.conditions.items())
            }
        return rendered


def _values(value: str | Sequence[str]) -> str | list[str]:
    """One value alone stands without a list, as AWS itself writes it back."""
    if isinstance(value, str):
        return value
    values = sorted(set(value))
    return values[0] if len(values) == 1 else values


def document(*statements: Statement | None) -> str:
    """A policy document as JSON; statements that do not apply are None."""
    present = [statement for statement in statements if statement is not None]
    sids = [statement.sid for statement in present]
    if len(set(sids)) != len(sids):
        raise BadStatement(f"a sid stands twice: {sorted(sids)}")
    return json.dumps({"Version": "2012-10-17", "Statement": [statement.render() for statement in present]})


def account_principals(partition: str, accounts: Sequence[str]) -> Principals:
    """The accounts themselves. Without a condition on `aws:PrincipalArn` this means whomever they let."""
    return Principals(aws=[f"arn:{partition}:iam::{account}:root" for account in accounts])
