"""Whether a resource's own policy lets a caller in: topics, queues, functions, keys, buckets and buses are asked.

The evaluator decides, as it does everything else; what the caller's own account allows is no part of this answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import BadPolicy, explain


@dataclass(frozen=True, kw_only=True)
class PolicyCaller:
    """Either a service (`events.amazonaws.com`) or a role's ARN with its account. `context`: condition key -> value."""

    service: str = ""
    role_arn: str = ""
    account: str = ""
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def admits(policy: str | bytes | Mapping[str, Any] | None, caller: PolicyCaller, action: str, resource: str) -> bool:
    """Whether the policy allows the caller, and no statement of it denies.

    A policy that AWS would not take, such as one with an operator that does not exist, admits nobody.
    """
    document = json.loads(policy) if isinstance(policy, str | bytes) and policy else policy
    if not isinstance(document, Mapping):
        return False
    question = AuthorizationRequest(
        id=f"{action} on {resource}",
        principal=caller.service or caller.role_arn or "*",
        account=caller.account or None,
        action=action,
        resource=resource,
        owner=_owner(resource) or caller.account,
        resource_policy=document,
        context=caller.context,
    )
    try:
        steps = explain(question).steps
    except BadPolicy:
        return False
    return any(step.allows for step in steps) and not any(step.denies for step in steps)


def _owner(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""
