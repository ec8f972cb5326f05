"""Statements and documents as values, checked when they are made and rendered once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from policies.documents import lint
from policies.documents.lint import Conditions

__all__ = [
    "EVERYBODY",
    "BadStatement",
    "Conditions",
    "DocumentKind",
    "Principals",
    "Statement",
    "account_principals",
    "document",
]

# Letters and digits only: IAM User Guide, "IAM JSON policy elements: Sid".
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


class DocumentKind(Enum):
    """What carries a document: its name, AWS's limit in characters, and whether white space counts.

    Sources: IAM User Guide, "IAM and AWS STS quotas"; Amazon S3 User Guide, "Policies and permissions in Amazon S3";
    AWS KMS Developer Guide, "Key policies in AWS KMS"; AWS PrivateLink Guide, "AWS PrivateLink quotas"; AWS
    Organizations User Guide, "Quotas and service limits for AWS Organizations"; Amazon EventBridge User Guide, "Amazon
    EventBridge quotas"; Amazon SQS Developer Guide, "Amazon SQS policy quotas"; botocore's models of ecr and sagemaker.
    For topics 30,720 is reported in places, nowhere confirmed; the smaller number holds.
    """

    IDENTITY = ("policy of a role", 10_240, False)
    MANAGED = ("managed policy", 6_144, False)
    TRUST = ("trust policy", 2_048, False)
    SERVICE_CONTROL = ("service control policy", 10_240, True)
    BUCKET = ("bucket policy", 20_480, True)
    KEY = ("key policy", 32_768, True)
    ENDPOINT = ("endpoint policy", 20_480, True)
    REPOSITORY = ("repository policy", 10_240, True)
    GROUP = ("model package group policy", 20_480, True)
    BUS = ("event bus policy", 10_240, True)
    TOPIC = ("topic policy", 20_480, True)
    QUEUE = ("queue policy", 8_192, True)


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
        if problem := next(self._problems(), None):
            raise BadStatement(f"{self.sid}: {problem}")

    def _problems(self) -> Iterator[str]:
        if not _SID.match(self.sid):
            yield "a sid is letters and digits only, at most 100"
        yield from self._incomplete()
        yield from lint.wrong_actions(self.actions)
        yield from lint.wrong_conditions(self.effect, self.conditions)
        if self.principals is not None:
            yield from lint.wrong_principals(self.principals.aws, self.principals.services)
        if self.resources:
            yield from lint.idle_actions(self.actions, self.resources)
        if self.effect == "Allow":
            yield from self._too_wide()

    def _incomplete(self) -> Iterator[str]:
        """Elements that are empty, or one text where there is to be a list."""
        for element, given in (("actions", self.actions), ("resources", self.resources)):
            if isinstance(given, str):
                yield f"{element} is a list, not {given!r}"
        if not self.actions:
            yield "names no action"
        if self.principals is None and not self.resources:
            yield "names neither a resource, as a role's policy does, nor a principal, as a resource's does"
        if self.principals is not None and not (self.principals.aws or self.principals.services):
            yield "names nobody: its list of principals is empty"

    def _too_wide(self) -> Iterator[str]:
        """What an Allow opens without saying why."""
        # With a principal it is a resource's policy, and passing roles is none of theirs.
        if self.principals is None and lint.passes_roles_to_anybody(self.actions, self.conditions):
            yield "passes roles to any service: add a condition on iam:PassedToService"
        if self.reason:
            return
        wide = [*lint.wide_actions(self.actions), *lint.wide_resources(self.resources)]
        if self.principals is not None and "*" in self.principals.aws and not self.conditions:
            wide.append("everybody")
        if wide:
            yield f"{', '.join(wide)}: a wildcard needs its reason beside it"

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


def document(*statements: Statement | None, kind: DocumentKind = DocumentKind.IDENTITY) -> str:
    """A policy document as JSON; statements that do not apply are None.

    Raises BadStatement where a sid stands twice, or where the document is larger than AWS takes.
    """
    present = [statement for statement in statements if statement is not None]
    sids = [statement.sid for statement in present]
    if len(set(sids)) != len(sids):
        raise BadStatement(f"a sid stands twice: {sorted(sids)}")
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement.render() for statement in present]})
    what, most, white_space = kind.value
    size = len(text) if white_space else len("".join(text.split()))
    if size > most:
        raise BadStatement(f"{what} with {', '.join(sids[:3])}: {size:,} characters, AWS allows {most:,}")
    return text


def account_principals(partition: str, accounts: Sequence[str]) -> Principals:
    """The accounts themselves. Without a condition on `aws:PrincipalArn` this means whomever they let."""
    return Principals(aws=[f"arn:{partition}:iam::{account}:root" for account in accounts])
