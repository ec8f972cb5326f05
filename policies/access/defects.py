"""What keeps an graph from being decided: documents that AWS would refuse, stacks that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from policies.access.authorization import Document
from policies.access.evaluator import PARSED, BadPolicy, PolicyKind, parse
from policies.access.graph import PolicyGraph, Role

Placed = tuple[str, PolicyKind, Document]


def defects(graph: PolicyGraph) -> list[str]:
    """A sentence for each defect: where it is, what it is, what to do. Empty when everything can be decided."""
    found = list(_incomplete(graph))
    for where, kind, document in _documents(graph):
        found += _unreadable(where, kind, document)
    return list(dict.fromkeys(found))


def _incomplete(graph: PolicyGraph) -> Iterator[str]:
    """A proof over a part of the platform says nothing of the whole, and may find what the rest forbids."""
    here = ", ".join(sorted(graph.stacks)) or "none that makes a role or a resource with a policy"
    if graph.absent:
        yield (
            f"the stacks {', '.join(graph.absent)} are referred to and are not in the files, which hold {here}: "
            "give the exports of all stacks of the platform together"
        )
    elif not any(runner.kind == "domain" for runner in graph.runners.values()):
        yield (
            f"no stack here makes a Studio domain, the files hold {here}: give the export of the data science stack too"
        )


def _unreadable(where: str, kind: PolicyKind, document: Document) -> list[str]:
    try:
        policy = PARSED.of(document, kind, lambda: parse(document, where, kind))
    except BadPolicy as bad:
        return list(bad.problems)
    return [
        f"{where}: the principal {gone} is the unique id of a user or role that was deleted; AWS refuses to save it, "
        "name the ARN of one that exists."
        for gone in policy.deleted_principals
    ]


def _documents(graph: PolicyGraph) -> Iterator[Placed]:
    """Every policy of the graph with the place it stands in."""
    for role in graph.roles.values():
        yield from _of_role(role)
    for guard in graph.policy_resources.values():
        if guard.policy is not None:
            kind = PolicyKind.KEY if guard.kind == "key" else PolicyKind.RESOURCE
            yield f"{guard.stack}: policy of {guard.kind} {guard.name}", kind, guard.policy
    for gate in graph.endpoints.values():
        if gate.policy is not None:
            yield f"{gate.stack}: policy of endpoint {gate.service}", PolicyKind.ENDPOINT, gate.policy


def _of_role(role: Role) -> Iterator[Placed]:
    where = f"{role.stack}: role {role.name}"
    yield f"{where}, trust", PolicyKind.TRUST, role.trust
    for number, document in enumerate(role.inline, start=1):
        yield f"{where}, inline policy {number}", PolicyKind.IDENTITY, document
    for number, document in enumerate(role.managed, start=1):
        yield f"{where}, managed policy {number}", PolicyKind.IDENTITY, document
    if role.boundary is not None:
        yield f"boundary {role.boundary_arn}", PolicyKind.BOUNDARY, role.boundary
