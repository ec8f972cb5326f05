"""Capabilities on keys: use without any service in between, and administration. Nobody may have both."""

from __future__ import annotations

from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.matrix.capabilities import Area, Capability, Origin, Query, Requests
from policies.access.matrix.subjects import MatrixSubject

_ACTIONS = {
    "decrypt directly": "kms:Decrypt",
    "encrypt directly": "kms:GenerateDataKey",
    "grant": "kms:CreateGrant",
    "change policy": "kms:PutKeyPolicy",
    "delete": "kms:ScheduleKeyDeletion",
}


def key_capabilities(key: PolicyResource) -> list[Capability]:
    """What can be done to a key by asking KMS itself."""
    return [
        Capability(area=Area.KEY, verb=verb, purpose=key.purpose, stack=key.stack, query=_directly(key, action))
        for verb, action in _ACTIONS.items()
    ]


def _directly(key: PolicyResource, action: str) -> Query:
    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin) -> Requests:
        return [subject.request(graph, action, key.arn, endpoint=origin.endpoint(graph, subject, "kms"))]

    return query
