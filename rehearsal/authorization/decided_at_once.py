"""Requests that are decided when they are made: those of roles which no stack made, such as a probe's.

All others are decided when everything has happened, by the graph of the stacks. Whoever asks AWS by experiment what a
role lacks has to hear it at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from moto.ecr.models import ecr_backends
from moto.kms.models import kms_backends

from policies.access.authorization import Document
from policies.access.evaluator import Explanation, explain
from policies.access.graph.model import account_of
from rehearsal.authorization.live_policies import document, live_question, live_role
from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.service_model.required_action import Right


@contextmanager
def decided_at_once(cloud: Cloud, names: str) -> Iterator[None]:
    """While the context lasts, roles whose names begin so are refused what their policies do not allow."""

    def refused(actor: Actor, rights: Sequence[Right] | None) -> str:
        if rights is None:
            unknown = actor.role_arn.rpartition("/")[2].startswith(names)
            return "no module of rehearsal.services says which rights this request needs" if unknown else ""
        return next(filter(None, (_refused(actor, right, names) for right in rights)), "")

    cloud.guards.append(refused)
    try:
        yield
    finally:
        cloud.guards.remove(refused)


def _refused(actor: Actor, right: Right, names: str) -> str:
    """AWS's words where the right is lacking, else nothing."""
    principal = right.principal or actor.role_arn
    role = live_role(principal)
    if role is None or not role.name.startswith(names):
        return ""
    question = live_question(actor, right, _resource_policy(right))
    if question is None:
        return ""
    found = explain(question)
    return "" if found.allowed else _words(actor, role.name, right, found)


def _words(actor: Actor, role: str, right: Right, found: Explanation) -> str:
    """As AWS says it (IAM User Guide, "Troubleshoot access denied error messages")."""
    session = f"arn:{actor.role_arn.split(':')[1]}:sts::{actor.account}:assumed-role/{role}/{actor.session}"
    layer = found.missing[0].layer.removeprefix("the ") if found.missing else ""
    lacking = "identity-based policy" if layer == "identity policies" else layer
    allows = f"because no {lacking} allows the {right.action} action"
    reason = allows if layer else f"with an explicit deny: {', '.join(found.decisive)}"
    return f"User: {session} is not authorized to perform: {right.action} on resource: {right.resource} {reason}"


def _resource_policy(right: Right) -> Document | None:
    """The policies that must agree in any case, a role's trust and a key's, and that of another account's images."""
    account, name = account_of(right.resource) or "", right.resource.rpartition("/")[2]
    if right.action.startswith("sts:"):
        role = live_role(right.resource)
        return document(role.assume_role_policy_document) if role else None
    if right.action.startswith("kms:") and account:
        key = kms_backends[account][right.resource.split(":")[3]].keys.get(name)
        return document(key.policy) if key else None
    if right.action.startswith("ecr:") and account:
        repositories = ecr_backends[account][right.resource.split(":")[3]].repositories
        repository = repositories.get(right.resource.partition("/")[2])
        return document(repository.policy) if repository and repository.policy else None
    return None
