"""Deeds on keys: use without any service in between, and administration. Nobody may have both."""

from __future__ import annotations

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.graph.purposes import purpose
from policies.access.matrix.deeds import Asked, Deed, Where
from policies.access.matrix.subjects import Subject

_ACTIONS = {
    "decrypt directly": "kms:Decrypt",
    "encrypt directly": "kms:GenerateDataKey",
    "grant": "kms:CreateGrant",
    "change policy": "kms:PutKeyPolicy",
    "delete": "kms:ScheduleKeyDeletion",
}


def keys(key: PolicyResource) -> list[Deed]:
    """What can be done to a key by asking KMS itself."""
    section = f"Key {purpose(key)}, {key.stack}"
    return [Deed(section=section, column=column, ask=_directly(key, action)) for column, action in _ACTIONS.items()]


def _directly(key: PolicyResource, action: str) -> Asked:
    def ask(graph: PolicyGraph, subject: Subject, where: Where) -> list[AuthorizationRequest] | None:
        return [subject.ask(graph, action, key.arn, endpoint=where.endpoint(graph, subject, "kms"))]

    return ask
