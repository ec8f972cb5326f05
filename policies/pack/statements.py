"""Policy documents as rules read them: JSON text to statements, and what a statement's conditions leave open."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


class MalformedPolicyDocument(ValueError):
    """A policy document that AWS would not accept. The message says where."""


@dataclass(frozen=True, kw_only=True)
class StatementView:
    """One statement. Conditions are triples of operator, key and values; operators and keys in lower case."""

    label: str
    allows: bool
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: tuple[tuple[str, str], ...] = ()
    not_principals: bool = False
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @property
    def for_everybody(self) -> bool:
        """Whether the principal is anybody at all, conditions aside."""
        return self.not_principals or any(kind in {"*", "AWS"} and value == "*" for kind, value in self.principals)

    def covers(self, action: str) -> bool:
        """Whether the statement speaks of an action such as `iam:PassRole`."""
        if self.not_actions:
            return not any(matches(pattern, action) for pattern in self.not_actions)
        return any(matches(pattern, action) for pattern in self.actions)

    def fixes(self, keys: Iterable[str]) -> bool:
        """Whether a condition holds one of the keys (lower case) to named values, for every request that passes."""
        wanted = set(keys)
        return any(
            key in wanted and _demands(operator) and values and all(_specific(value) for value in values)
            for operator, key, values in self.conditions
        )

    def values_of(self, key: str) -> tuple[str, ...]:
        """The values to which a key (lower case) is held, patterns included; empty where it is not."""
        return tuple(
            value
            for operator, name, values in self.conditions
            if name == key and _demands(operator)
            for value in values
        )


def matches(pattern: str, value: str) -> bool:
    """IAM's wildcards, without regard to case, as for actions."""
    return _compiled(pattern.lower()).fullmatch(value.lower()) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)
    return re.compile("".join(parts), re.DOTALL)


_POSITIVE = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"},
)


def _demands(operator: str) -> bool:
    """Whether an absent key makes the condition false.

    `…IfExists` and `ForAllValues:` are true for a request without the key, so that they shut nobody out.
    Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
    """
    return operator.removeprefix("foranyvalue:") in _POSITIVE


def _specific(value: str) -> bool:
    """Whether a value names someone: an account inside an ARN, an organization, an id; not a wildcard or a variable."""
    if "${" in value:
        return False
    if value.startswith("arn:"):
        parts = value.split(":", 5)
        if len(parts) < 6:
            return False
        return bool(re.fullmatch(r"\d{12}", parts[4])) or (parts[2] == "s3" and not re.match(r"[*?]", parts[5] or "*"))
    if re.match(r"o-[a-z0-9]+/", value):
        return True
    return not re.search(r"[*?]", value) and value not in {"", "0.0.0.0/0", "::/0"}


def parse(document: object, where: str = "policy") -> list[StatementView]:
    """The statements of a document, JSON text or already a mapping. `where` names the property in messages."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except json.JSONDecodeError as error:
            raise MalformedPolicyDocument(
                f"{where} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
            ) from error
        except RecursionError as error:
            raise MalformedPolicyDocument(f"{where} is nested too deeply to be a policy") from error
    if not isinstance(document, Mapping):
        raise MalformedPolicyDocument(f"{where} is not a policy document but {type(document).__name__}")
    statements = document.get("Statement")
    listed = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(listed, list) or not listed:
        raise MalformedPolicyDocument(f"{where} has no Statement")
    return [_statement(raw, number, where) for number, raw in enumerate(listed, start=1)]


def _statement(raw: object, number: int, where: str) -> StatementView:
    if not isinstance(raw, Mapping):
        raise MalformedPolicyDocument(f"statement {number} of {where} is not an object")
    effect = raw.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicyDocument(
            f"statement {number} of {where}: Effect is {effect!r}, allowed are Allow and Deny"
        )
    return StatementView(
        label=str(raw.get("Sid") or f"statement {number}"),
        allows=effect == "Allow",
        actions=_texts(raw.get("Action")),
        not_actions=_texts(raw.get("NotAction")),
        resources=_texts(raw.get("Resource")),
        not_resources=_texts(raw.get("NotResource")),
        principals=_principals(raw.get("Principal")),
        not_principals="NotPrincipal" in raw,
        conditions=_conditions(raw.get("Condition"), number, where),
    )


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_text(item) for item in value)
    return (_text(value),)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _principals(value: object) -> tuple[tuple[str, str], ...]:
    if isinstance(value, Mapping):
        return tuple((str(kind), name) for kind, names in value.items() for name in _texts(names))
    return tuple(("*", name) for name in _texts(value))


def _conditions(value: object, number: int, where: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping) or not all(isinstance(keys, Mapping) for keys in value.values()):
        raise MalformedPolicyDocument(f"statement {number} of {where}: Condition is not an object of objects")
    return tuple(
        (str(operator).lower(), str(key).lower(), _texts(values))
        for operator, keys in value.items()
        for key, values in keys.items()
    )
