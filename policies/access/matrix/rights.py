"""Deeds on access itself: making roles, widening them, changing who may use what."""

from __future__ import annotations

from collections.abc import Callable

from policies.access.authorization import AuthorizationRequest, RequestContext
from policies.access.graph import PolicyGraph
from policies.access.graph.purposes import purpose
from policies.access.matrix.deeds import Asked, Deed, Where
from policies.access.matrix.subjects import Subject

Target = Callable[[PolicyGraph, Subject], "tuple[str, RequestContext] | None"]


def rights(graph: PolicyGraph) -> list[Deed]:
    """What would raise somebody's rights, or lower the walls, in the subject's own account."""
    section = "Rights"
    found = [
        Deed(section=section, column=column, ask=_on(action, target))
        for column, action, target in (
            ("make a role without boundary", "iam:CreateRole", _new_role),
            ("make a role with the boundary", "iam:CreateRole", _bounded_role),
            ("widen itself", "iam:PutRolePolicy", _itself),
            ("remove its boundary", "iam:DeleteRolePermissionsBoundary", _itself),
            ("change the boundary", "iam:CreatePolicyVersion", _boundary),
            ("change the deployer", "iam:PutRolePolicy", _deployer),
            ("trust itself elsewhere", "iam:UpdateAssumeRolePolicy", _stack_set_role),
        )
    ]
    for bucket in graph.kind("bucket"):
        if purpose(bucket) == "models":
            deed = _on("s3:PutBucketPolicy", _always(bucket.arn))
            found.append(Deed(section=section, column="change the models bucket's policy", ask=deed))
    return found


def _on(action: str, target: Target) -> Asked:
    def ask(graph: PolicyGraph, subject: Subject, where: Where) -> list[AuthorizationRequest] | None:  # noqa: ARG001 - IAM has no endpoint
        found = target(graph, subject) if subject.account in graph.stacks.values() else None
        return None if found is None else [subject.ask(graph, action, found[0], context=found[1])]

    return ask


def _always(arn: str) -> Target:
    return lambda _, __: (arn, {})


def _partition(subject: Subject) -> str:
    return subject.principal.split(":")[1]


def _prefix(graph: PolicyGraph, account: str | None) -> str | None:
    """The platform's prefix, as the path of any of the account's roles says it."""
    paths = (role.path for role in graph.roles.values() if role.account == account and role.path != "/")
    return next((path.split("/")[1] for path in paths), None)


def _new_role(graph: PolicyGraph, subject: Subject) -> tuple[str, RequestContext] | None:
    prefix = _prefix(graph, subject.account)
    return (f"arn:{_partition(subject)}:iam::{subject.account}:role/{prefix}/people/new", {}) if prefix else None


def _bounded_role(graph: PolicyGraph, subject: Subject) -> tuple[str, RequestContext] | None:
    found, boundary = _new_role(graph, subject), _boundary(graph, subject)
    return (found[0], {"iam:PermissionsBoundary": boundary[0]}) if found and boundary else None


def _itself(_: PolicyGraph, subject: Subject) -> tuple[str, RequestContext] | None:
    return subject.principal, {}


def _boundary(graph: PolicyGraph, subject: Subject) -> tuple[str, RequestContext] | None:
    arns = sorted(
        {role.boundary_arn for role in graph.roles.values() if role.account == subject.account and role.boundary_arn}
        - {_own_boundary(graph, subject)}
    )
    return (arns[0], {}) if arns else None


def _own_boundary(graph: PolicyGraph, subject: Subject) -> str | None:
    deployer = _deployer(graph, subject)
    return graph.roles[deployer[0]].boundary_arn if deployer else None


def _deployer(graph: PolicyGraph, subject: Subject) -> tuple[str, RequestContext] | None:
    found = (r for r in graph.roles.values() if r.account == subject.account and r.name.endswith("-deployer"))
    return next(((role.arn, {}) for role in found), None)


def _stack_set_role(graph: PolicyGraph, subject: Subject) -> tuple[str, RequestContext] | None:
    found = (r for r in graph.roles.values() if r.account == subject.account and "-stackset-" in r.name)
    return next(((role.arn, {}) for role in found), None)
