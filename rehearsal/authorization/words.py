"""A refusal in words: who asked for what, what said no, and where the missing statement belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph
from rehearsal.authorization.decision import Asked


@dataclass(frozen=True)
class Refusal:
    """One refused question for people and for `report.json`; `add` says what to add, or take away, and where."""

    who: str
    account: str
    action: str
    resource: str
    endpoint: str | None
    operations: tuple[str, ...]
    phases: tuple[str, ...]
    requests: tuple[int, ...]
    because: str
    add: tuple[str, ...]
    question: dict[str, Any]


def refusal(asked: Asked, graph: PolicyGraph) -> Refusal:
    """What there is to say of a question that was answered with no."""
    question, why = asked.question, asked.explanation
    endpoint = question.context.get("aws:SourceVpce")
    return Refusal(
        who=question.principal,
        account=question.account or "",
        action=question.action,
        resource=question.resource,
        endpoint=str(endpoint) if endpoint else None,
        operations=tuple(asked.operations),
        phases=tuple(asked.phases),
        requests=tuple(asked.numbers[:20]),
        because=why.because,
        add=_remedies(asked, graph),
        question=as_asked(question),
    )


def _remedies(asked: Asked, graph: PolicyGraph) -> tuple[str, ...]:
    question, why = asked.question, asked.explanation
    what = f"{question.action} on {question.resource}"
    denied = [f"{reason}: {_place(_layer(reason), question, graph)} must spare it" for reason in why.decisive]
    missing = [
        f"Allow {what} in {lack.layer}: {_place(lack.layer, question, graph)}"
        + (f" (nearest: {lack.nearest})" if lack.nearest else "")
        for lack in why.missing
    ]
    return tuple(denied or missing)


def _layer(reason: str) -> str:
    return reason.rpartition(" in ")[2]


def _place(layer: str, question: AuthorizationRequest, graph: PolicyGraph) -> str:
    """Which resource of which stack carries a policy."""
    role = graph.roles.get(question.principal)
    if layer.startswith(("the identity", "identity")):
        return f"role {role.name} of stack {role.stack}" if role else f"{question.principal}, made by no stack"
    if "boundary" in layer:
        return f"boundary {role.boundary_arn if role else ''} of role {role.name if role else question.principal}"
    if "endpoint" in layer:
        gate = graph.endpoints.get(str(question.context.get("aws:SourceVpce", "")))
        return f"endpoint {gate.service} of stack {gate.stack}" if gate else "the VPC endpoint"
    target = graph.roles.get(question.resource) if "trust" in layer else None
    if target:
        return f"role {target.name} of stack {target.stack}"
    guard = graph.policy_resource_of(question.resource)
    name = next(iter(guard.aliases), guard.name) if guard else question.resource
    return f"{guard.kind} {name} of stack {guard.stack}" if guard else name


def as_asked(question: AuthorizationRequest) -> dict[str, Any]:
    """The question as `python -m policies.access ask` reads it."""
    return {
        "id": question.id,
        "principal": question.principal,
        "account": question.account,
        "identity": list(question.identity),
        "resource_policy": question.resource_policy,
        "endpoint_policy": question.endpoint_policy,
        "owner": question.owner,
        "action": question.action,
        "resource": question.resource,
        "context": {key: value if isinstance(value, str) else list(value) for key, value in question.context.items()},
        "boundary": question.boundary,
        "scps": [list(level) for level in question.scps],
        "session": question.session,
    }
