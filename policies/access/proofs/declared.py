"""Roles, buckets and keys are those of the catalogue: a tag alone makes nobody what a theorem trusts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum

from catalog.names import FOUNDATION, Names, ProjectNames
from catalog.roles import ROLES, RoleKind, RoleName
from policies.access.graph import IamRole, PolicyGraph, PolicyResource
from policies.access.proofs.theorem import Finding, ProofOutcome, Theorem

_K = RoleKind


class StackSort(StrEnum):
    """What a stack is of; each declares kinds of roles of its own."""

    FOUNDATION = "foundation"
    DATA_SCIENCE = "data science account"
    WORKLOAD = "workload account"
    PROJECT = "project"


# Every stack of an account with a VPC has these.
_OF_ANY_ACCOUNT = frozenset({_K.FLOW_LOGS, _K.CHAT, _K.API_LOGS})
# What each project has in every account that serves it, but for a role that may have been there before.
_OF_SERVED_PROJECT = frozenset({_K.CHANGE_SET, _K.MODEL, _K.RELEASE_READER, _K.TEST})


def declared(graph: PolicyGraph) -> ProofOutcome:
    """Each role has the name, the path, the account and the stack of its kind, each bucket and key those of its
    purpose; a stack declares the kinds of one sort of stacks, once each."""
    by_stack: defaultdict[str, list[IamRole]] = defaultdict(list)
    for role in graph.sorted_roles():
        by_stack[role.stack].append(role)
    problems = [
        *(problem for role in graph.sorted_roles() for problem in _misnamed_role(graph, role)),
        *(problem for stack, roles in sorted(by_stack.items()) for problem in _mixed(graph, stack, roles)),
        *(
            problem
            for stack in sorted({*graph.stages} & {*by_stack})
            for problem in _incomplete(stack, by_stack[stack])
        ),
        *(problem for one in _storage(graph) for problem in _misnamed_storage(graph, one)),
    ]
    asked = len(graph.roles) + len(graph.stacks) + len(_storage(graph))
    return ProofOutcome(findings=[Finding(title=problem) for problem in problems], queries=asked)


def sort_of(kind: RoleKind) -> StackSort | None:
    """The sort of stacks that declare roles of a kind; None where every stack of an account does."""
    spec = ROLES[kind]
    if kind in _OF_ANY_ACCOUNT:
        return None
    if spec.name in (RoleName.ACCOUNT, RoleName.REMEDIATOR):
        return StackSort.FOUNDATION
    if spec.in_workload:
        return StackSort.WORKLOAD
    return (
        StackSort.PROJECT if spec.name is RoleName.PROJECT and kind is not _K.TEAM_APPROVER else StackSort.DATA_SCIENCE
    )


def _misnamed_role(graph: PolicyGraph, role: IamRole) -> Iterator[str]:
    spec = ROLES[role.kind]
    expected = spec.role_name(
        role.kind,
        prefix=graph.prefix,
        environment=role.stack,
        stage=graph.stages.get(role.stack, ""),
        project=role.project or "",
        user=role.user or "",
    )
    path = spec.iam_path(graph.prefix, role.project or "")
    scope = graph.scopes.get(role.stack)
    arn = scope.role_arn(path, expected) if scope else ""
    if (role.name, role.path, role.arn) != (expected, path, arn):
        yield f"{role.arn} of {role.stack} is tagged as {role.kind}, which is called {arn or expected} there"
    if role.kind is _K.SCIENTIST and not any(
        runner.kind == "profile" and runner.role_arn == role.arn for runner in graph.runners.values()
    ):
        yield f"{role.arn} is a scientist's, and no user profile has it"


def _mixed(graph: PolicyGraph, stack: str, roles: Sequence[IamRole]) -> Iterator[str]:
    """A stack declares kinds of one sort, a project's those of one project; each kind once for a project or user."""
    sorts = {sort for role in roles if (sort := sort_of(role.kind))}
    if len(sorts) > 1:
        yield f"{stack} declares roles of a {' and of a '.join(sorted(sorts))}"
    if StackSort.WORKLOAD in sorts and stack not in graph.stages:
        yield f"{stack} declares roles of a workload account and serves no stage"
    projects = {role.project for role in roles if sort_of(role.kind) is StackSort.PROJECT}
    if len(projects) > 1:
        yield f"{stack} declares roles of {len(projects)} projects: {', '.join(sorted(map(str, projects)))}"
    for (kind, project, user), count in sorted(Counter((r.kind, r.project or "", r.user or "") for r in roles).items()):
        if count > 1:
            yield f"{stack} declares {count} roles of kind {kind} {project or user}".rstrip()


def _incomplete(stack: str, roles: Sequence[IamRole]) -> Iterator[str]:
    """A project has all roles of a served project in an account, or none."""
    for project in sorted({role.project for role in roles if role.project}):
        lacking = _OF_SERVED_PROJECT - {role.kind for role in roles if role.project == project}
        if lacking:
            yield f"{stack} declares roles of project {project} without {', '.join(sorted(lacking))}"


def _storage(graph: PolicyGraph) -> list[PolicyResource]:
    return [*graph.resources("bucket"), *graph.resources("key")]


def _misnamed_storage(graph: PolicyGraph, one: PolicyResource) -> Iterator[str]:
    """Buckets by their names, keys by their aliases; one that was there before has its purpose by an output."""
    scope = graph.scopes.get(one.stack)
    if scope is None or one.existing:
        return
    environments = [Names(graph.prefix, environment) for environment in (one.stack, FOUNDATION)]
    if one.kind == "bucket":
        known = [names.bucket_in(scope, one.purpose) for names in environments]
        found = {one.name}
    else:
        known = [names.alias(one.purpose) for names in environments]
        known += [ProjectNames(graph.prefix, project).alias(one.purpose) for project in graph.projects]
        found = {*one.aliases}
    if len(found) != 1 or not found <= {*known}:
        called = ", ".join(sorted(found)) or "nothing"
        yield f"{one.kind} {one.name} of {one.stack} is tagged for {one.purpose} and is called {called}, not {known[0]}"


THEOREMS = (
    Theorem(
        id="declared-as-catalogued",
        statement="Every role, bucket and key is one that the catalogue knows, by its name, its path and its stack, "
        "and not by a tag alone.",
        prove=declared,
    ),
)
