"""Explains a denied request: who asked for what, which policy denied it, and which settings it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.access.authorization import AuthorizationRequest
from policies.access.graph import PolicyGraph
from rehearsal.authorization.decision import Decision
from rehearsal.authorization.settings_at_fault import settings_at_fault


@dataclass(frozen=True)
class Refusal:
    """One refused question for people and for `report.json`; `where` names the policies that decided, and their owners.

    `settings` says where to look in the stack files, or that nothing there is known to be the cause.
    """

    who: str
    account: str
    action: str
    resource: str
    endpoint: str | None
    operations: tuple[str, ...]
    phases: tuple[str, ...]
    requests: tuple[int, ...]
    because: str
    where: tuple[str, ...]
    settings: tuple[str, ...]
    question: dict[str, Any]


def refusal(decision: Decision, graph: PolicyGraph, directory: Path) -> Refusal:
    """Explains why a request was denied, by whose policy, and where in the directory's stack files to look."""
    question, explanation = decision.question, decision.explanation
    endpoint = question.context.get("aws:SourceVpce")
    return Refusal(
        who=question.principal,
        account=question.account or "",
        action=question.action,
        resource=question.resource,
        endpoint=str(endpoint) if endpoint else None,
        operations=tuple(decision.operations),
        phases=tuple(decision.phases),
        requests=tuple(decision.numbers[:20]),
        because=explanation.because,
        where=_deciding_policies(decision, graph),
        settings=settings_at_fault(question, explanation, graph, directory),
        question=question_json(question),
    )


def _deciding_policies(decision: Decision, graph: PolicyGraph) -> tuple[str, ...]:
    question, explanation = decision.question, decision.explanation
    right = f"{question.action} on {question.resource}"
    denied = [f"{reason}: {_policy_location(_layer(reason), question, graph)}" for reason in explanation.decisive]
    missing = [
        f"no Allow for {right} in {lack.layer}: {_policy_location(lack.layer, question, graph)}"
        + (f" (nearest: {lack.nearest})" if lack.nearest else "")
        for lack in explanation.missing
    ]
    return tuple(denied or missing)


def _layer(reason: str) -> str:
    return reason.rpartition(" in ")[2]


def _policy_location(layer: str, question: AuthorizationRequest, graph: PolicyGraph) -> str:
    """Which resource of which stack carries a policy."""
    role = graph.roles.get(question.principal)
    if layer.startswith(("the identity", "identity")):
        return f"role {role.name} of stack {role.stack}" if role else f"{question.principal}, made by no stack"
    if "boundary" in layer:
        return f"boundary {role.boundary_arn if role else ''} of role {role.name if role else question.principal}"
    if "endpoint" in layer:
        endpoint = graph.endpoints.get(str(question.context.get("aws:SourceVpce", "")))
        return f"endpoint {endpoint.service} of stack {endpoint.stack}" if endpoint else "the VPC endpoint"
    target = graph.roles.get(question.resource) if "trust" in layer else None
    if target:
        return f"role {target.name} of stack {target.stack}"
    resource = graph.policy_resource_of(question.resource)
    name = next(iter(resource.aliases), resource.name) if resource else question.resource
    return f"{resource.kind} {name} of stack {resource.stack}" if resource else name


def question_json(question: AuthorizationRequest) -> dict[str, Any]:
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
