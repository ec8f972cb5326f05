"""Capabilities on access itself: making roles, widening them, changing who may use what."""

from __future__ import annotations

from collections.abc import Callable

from catalog.roles import ROLES, RoleKind, RolePath
from policies.access.authorization import RequestContext
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.purposes import resources_with_purpose
from policies.access.matrix.capabilities import Area, Capability, Origin, Query, Requests
from policies.access.matrix.subjects import MatrixSubject

# The resource that an action is asked about, with condition keys; None where the subject's account has no such thing.
Target = Callable[[PolicyGraph, MatrixSubject], "tuple[str, RequestContext] | None"]
# Roles that only StackSets act with.
_STACK_SET_ROLES = (RoleKind.STACK_SET_ADMINISTRATION, RoleKind.STACK_SET_EXECUTION)


def rights_capabilities(graph: PolicyGraph) -> list[Capability]:
    """What would raise somebody's rights, or open the perimeter, in the subject's own account."""
    found = [
        Capability(area=Area.RIGHTS, verb=verb, query=_on(action, target), things=things)
        for verb, things, action, target in (
            ("make a role without boundary", ("roles",), "iam:CreateRole", _new_role),
            ("make a role with the boundary", ("roles",), "iam:CreateRole", _new_role_in_boundary),
            ("widen itself", ("roles",), "iam:PutRolePolicy", _itself),
            ("remove its boundary", ("boundary",), "iam:DeleteRolePermissionsBoundary", _itself),
            ("change the boundary", ("boundary",), "iam:CreatePolicyVersion", _boundary),
            ("change the deployer", ("roles", "deployer"), "iam:PutRolePolicy", _deployer),
            ("trust itself elsewhere", ("roles",), "iam:UpdateAssumeRolePolicy", _stack_set_role),
        )
    ]
    for bucket in resources_with_purpose(graph, "bucket", "models"):
        query = _on("s3:PutBucketPolicy", _always(bucket.arn))
        things = ("models", "bucket policy")
        found.append(Capability(area=Area.RIGHTS, verb="change the models bucket's policy", query=query, things=things))
    for repository in graph.resources("repository"):
        query = _on("ecr:PutImage", _always(repository.arn))
        found.append(Capability(area=Area.RIGHTS, verb="push a model image", query=query, things=("image",)))
    return found


def _on(action: str, target: Target) -> Query:
    def query(graph: PolicyGraph, subject: MatrixSubject, origin: Origin) -> Requests:  # noqa: ARG001 - IAM has no VPC endpoint
        found = target(graph, subject) if subject.account in graph.stacks.values() else None
        return None if found is None else [subject.request(graph, action, found[0], context=found[1])]

    return query


def _always(arn: str) -> Target:
    return lambda _, __: (arn, {})


def _new_role(graph: PolicyGraph, subject: MatrixSubject) -> tuple[str, RequestContext] | None:
    if not graph.prefix:
        return None
    path = RolePath.PEOPLE.format(prefix=graph.prefix)
    return graph.scope.role_arn(path, "new", account=subject.account), {}


def _new_role_in_boundary(graph: PolicyGraph, subject: MatrixSubject) -> tuple[str, RequestContext] | None:
    found, boundary = _new_role(graph, subject), _boundary(graph, subject)
    return (found[0], {"iam:PermissionsBoundary": boundary[0]}) if found and boundary else None


def _itself(_: PolicyGraph, subject: MatrixSubject) -> tuple[str, RequestContext] | None:
    return subject.principal, {}


def _boundary(graph: PolicyGraph, subject: MatrixSubject) -> tuple[str, RequestContext] | None:
    """The boundary of the account's roles, not the deployer's own."""
    deployer = _first_role(graph, subject, *_DEPLOYERS)
    arns = {role.boundary_arn for role in graph.roles.values() if role.account == subject.account and role.boundary_arn}
    others = sorted(arns - {deployer.boundary_arn if deployer else None})
    return (others[0], {}) if others else None


def _deployer(graph: PolicyGraph, subject: MatrixSubject) -> tuple[str, RequestContext] | None:
    role = _first_role(graph, subject, *_DEPLOYERS)
    return (role.arn, {}) if role else None


def _stack_set_role(graph: PolicyGraph, subject: MatrixSubject) -> tuple[str, RequestContext] | None:
    role = _first_role(graph, subject, *_STACK_SET_ROLES)
    return (role.arn, {}) if role else None


def _first_role(graph: PolicyGraph, subject: MatrixSubject, *kinds: RoleKind) -> IamRole | None:
    roles = (role for role in graph.roles.values() if role.account == subject.account and role.kind in kinds)
    return next(roles, None)


_DEPLOYERS = tuple(kind for kind, spec in ROLES.items() if spec.declares_stacks)
