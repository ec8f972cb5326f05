"""Whether a resource's own policy lets a caller in: topics, queues, functions, keys and buses are asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PolicyCaller:
    """Either a service (`events.amazonaws.com`) or a role's ARN with its account. `context`: condition key -> value."""

    service: str = ""
    role_arn: str = ""
    account: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


def admits(policy: str | Mapping[str, Any] | None, caller: PolicyCaller, action: str, resource: str) -> bool:
    """Whether the policy allows the caller, and no statement of it denies."""
    document = json.loads(policy) if isinstance(policy, str) and policy else policy
    if not isinstance(document, Mapping):
        return False
    statements = document.get("Statement", [])
    matching = [
        statement
        for statement in (statements if isinstance(statements, list) else [statements])
        if _applies(statement, caller, action, resource)
    ]
    effects = {statement["Effect"] for statement in matching}
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, Any], caller: PolicyCaller, action: str, resource: str) -> bool:
    actions, resources = _listed(statement.get("Action")), _listed(statement.get("Resource", "*"))
    return (
        _is_principal(statement.get("Principal"), caller)
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in actions)
        and any(fnmatchcase(resource, pattern) for pattern in resources)
        and all(_holds(kind, keys, caller.context) for kind, keys in (statement.get("Condition") or {}).items())
    )


def _is_principal(principal: Any, caller: PolicyCaller) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    if "*" in _listed(principal.get("AWS")):
        return True
    if caller.service:
        return caller.service in _listed(principal.get("Service"))
    root = f":iam::{caller.account}:root"
    named = _listed(principal.get("AWS"))
    return any(principal in (caller.role_arn, caller.account) or principal.endswith(root) for principal in named)


def _holds(operator: str, keys: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    """A condition block. An operator that is not known here holds never, so that nothing is allowed by mistake."""
    values = {key.lower(): value for key, value in context.items()}
    optional, plain = operator.endswith("IfExists"), operator.removesuffix("IfExists")
    for key, wanted in keys.items():
        value = values.get(key.lower())
        if value is None:
            if optional or plain == "StringNotEquals":
                continue
            return False
        matches = [_matches(plain, value, str(pattern)) for pattern in _listed(wanted)]
        held = not any(matches) if plain == "StringNotEquals" else any(matches)
        if not held:
            return False
    return True


def _matches(operator: str, value: str, wanted: str) -> bool:
    if operator in ("StringEquals", "StringNotEquals", "ArnEquals") and "*" not in wanted:
        return value == wanted
    if operator in ("StringLike", "ArnLike", "ArnEquals"):
        return fnmatchcase(value, wanted)
    if operator == "Bool":
        return value.lower() == wanted.lower()
    return False


def _listed(value: Any) -> list[str]:
    return [] if value is None else [str(item) for item in value] if isinstance(value, list) else [str(value)]
