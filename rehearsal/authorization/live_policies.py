"""A request that is decided when it is made, by the policies as the in-memory AWS has them at that moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from moto.iam.models import iam_backends

from policies.access.authorization import AuthorizationRequest, Document
from policies.access.graph.model import account_of
from rehearsal.aws.actors import Actor
from rehearsal.service_model.required_action import Right


def live_role(arn: str) -> Any:
    """The role of that ARN; None where there is none."""
    account = account_of(arn)
    roles = iam_backends[account][arn.split(":")[1]].roles.values() if account else ()
    return next((role for role in roles if role.arn == arn), None)


def document(text: str | Mapping[str, Any]) -> Document:
    """A policy document, parsed."""
    return _parsed(text) if isinstance(text, str) else text


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Document:
    """Kept, since the evaluator reads a document once for as long as it lives."""
    found: Document = json.loads(text)
    return found


def live_question(
    actor: Actor, right: Right, resource_policy: Document | None, endpoint_policy: Document | None = None
) -> AuthorizationRequest | None:
    """The question whether a role may do something; None for a principal that is no role of these accounts."""
    principal = right.principal or actor.role_arn
    role = live_role(principal)
    if role is None:
        return None
    backend = iam_backends[principal.split(":")[4]][principal.split(":")[1]]
    boundary = backend.managed_policies.get(role.permissions_boundary_arn)
    managed = [_in_force(policy) for policy in role.managed_policies.values()]
    return AuthorizationRequest(
        id=right.action,
        principal=principal,
        account=account_of(principal),
        identity=[document(text) for text in (*role.policies.values(), *managed)],
        boundary=document(_in_force(boundary)) if boundary else None,
        resource_policy=resource_policy,
        endpoint_policy=endpoint_policy,
        action=right.action,
        resource=right.resource,
        owner=account_of(right.resource) or actor.account,
        context={"aws:RequestedRegion": actor.region, **right.context},
    )


def _in_force(policy: Any) -> Any:
    """The document of a managed policy's default version."""
    return next(each.document for each in policy.versions if each.version_id == policy.default_version_id)
