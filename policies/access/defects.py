"""What keeps a graph from being decided: documents that AWS would refuse, stacks that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from policies.access.authorization import Document
from policies.access.evaluator import PARSED, BadPolicy, PolicyKind, parse
from policies.access.graph import IamRole, PolicyGraph

# Where a document stands, what kind of policy it is, and the document.
_LocatedDocument = tuple[str, PolicyKind, Document]


def defects(graph: PolicyGraph) -> list[str]:
    """A sentence for each defect: where it is, what it is, what to do. Empty when everything can be decided."""
    found = list(_incomplete(graph))
    for where, kind, document in _documents(graph):
        found += _unreadable(where, kind, document)
    return list(dict.fromkeys(found))


def _incomplete(graph: PolicyGraph) -> Iterator[str]:
    """A proof over a part of the platform says nothing of all of it, and may find what the rest forbids."""
    stacks = ", ".join(sorted(graph.stacks)) or "none that makes a role or a resource with a policy"
    if graph.missing_stacks:
        yield (
            f"the stacks {', '.join(graph.missing_stacks)} are referred to and are not in the files, which hold "
            f"{stacks}: give the exports of all stacks of the platform together"
        )
    elif not any(runner.kind == "domain" for runner in graph.runners.values()):
        yield (
            f"no stack here makes a Studio domain, the files hold {stacks}: give the export of the data science stack "
            "too"
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


def _documents(graph: PolicyGraph) -> Iterator[_LocatedDocument]:
    """Every policy of the graph."""
    for role in graph.roles.values():
        yield from _of_role(role)
    for resource in graph.policy_resources.values():
        if resource.policy is not None:
            kind = PolicyKind.KEY if resource.kind == "key" else PolicyKind.RESOURCE
            yield f"{resource.stack}: policy of {resource.kind} {resource.name}", kind, resource.policy
    for endpoint in graph.endpoints.values():
        if endpoint.policy is not None:
            yield f"{endpoint.stack}: policy of endpoint {endpoint.service}", PolicyKind.ENDPOINT, endpoint.policy


def _of_role(role: IamRole) -> Iterator[_LocatedDocument]:
    where = f"{role.stack}: role {role.name}"
    yield f"{where}, trust", PolicyKind.TRUST, role.trust
    for number, document in enumerate(role.inline, start=1):
        yield f"{where}, inline policy {number}", PolicyKind.IDENTITY, document
    for number, document in enumerate(role.managed, start=1):
        yield f"{where}, managed policy {number}", PolicyKind.IDENTITY, document
    if role.boundary is not None:
        yield f"boundary {role.boundary_arn}", PolicyKind.BOUNDARY, role.boundary
