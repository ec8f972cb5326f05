"""Previews: whoever only looks changes nothing, assumes no other role and reads nothing that is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache

from catalog.roles import kinds
from policies.access.encoding.logic import known_text
from policies.access.graph import IamRole, PolicyGraph
from policies.access.graph.policy_documents import as_list, statements
from policies.access.graph.purposes import roles_of_kind
from policies.access.proofs.callers import NamedPrincipals
from policies.access.proofs.emptiness import without_roles
from policies.access.proofs.prefilter import may_touch
from policies.access.proofs.requests import TRUST_ACTIONS, OpenRequest, role_request
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem
from policies.access.published.managed_policies import managed_policy_actions

# What AWS itself calls reading: no action in it has the access level Write, Permissions management or Tagging, as far
# as AWS sees to that. Source: AWS Managed Policy Reference, "ReadOnlyAccess", as moto carries it.
_READING = "ReadOnlyAccess"
_PREVIEWERS = kinds(lambda spec: spec.only_looks)
# What that policy has besides: content rather than configuration, new credentials, and work that is started or stopped.
_NOT_LOOKING = (
    "codebuild:batchget*",
    "codepipeline:get*",
    "dynamodb:*",
    "ecr:batchgetimage",
    "ecr:getdownloadurlforlayer",
    "iam:generate*",
    "lambda:getfunction",
    "lambda:getlayerversion",
    "logs:filterlogevents",
    "logs:getlog*",
    "logs:getqueryresults",
    "logs:start*",
    "logs:stop*",
    "s3:getobject*",
    "s3:listbucket*",
    "ssm:getparameter*",
    "sts:getsessiontoken",
)


def previewers_only_look(graph: PolicyGraph) -> ProofOutcome:
    """Every action of whoever only looks is one of AWS's own reading policy, and none of what is stored.

    Asked of every action that its policies, a resource's policy or a role's trust tell apart, known today or not: what
    AWS's policy does not name is taken to change something.
    """
    solver = Solver()
    previewers = roles_of_kind(graph, *_PREVIEWERS)
    for role in previewers:
        for title, request in _requests(graph, role):
            # Twice: what no statement tells apart from reading may still be what is stored.
            for family in (request.family, _NOT_LOOKING):
                for encoded in replace(request, family=family).each():
                    action = known_text(encoded.request.action)
                    solver.queries += 1
                    if not only_looks(action):
                        solver.refute_one(f"{role.arn} does {action}{title}", encoded)
    actions = sorted({action for role in previewers for action in _allowed(role)})
    named = [*(role.arn for role in previewers), *actions]
    return ProofOutcome(findings=solver.findings, named=named, queries=solver.queries)


@cache
def only_looks(action: str) -> bool:
    """Whether an action reads configuration alone. A pattern's wildcards are filled with what no action contains."""
    return _fits(action, _reading()) and not _fits(action, _NOT_LOOKING)


def _requests(graph: PolicyGraph, role: IamRole) -> Iterator[tuple[str, OpenRequest]]:
    """What its own policies may give it, what each resource's policy and each other role's trust."""
    yield "", role_request(role, ["*"])
    for resource in graph.policy_resources.values():
        if may_touch(role, resource, f"{resource.arn.split(':')[2]}:"):
            yield f" on {resource.kind} {resource.name}", role_request(role, ["*"], policy_resource=resource)
    for other in graph.sorted_roles():
        named = NamedPrincipals.of(other.trust)
        if not (named.anybody or role.account in named.accounts):
            # Its trust lets in services and providers alone.
            continue
        request = role_request(role, TRUST_ACTIONS, trust_of=other, resource=other.arn)
        yield f" of {other.name} in {other.account}", request


def _allowed(role: IamRole) -> list[str]:
    """Actions that the role's own policies speak of, to be printed."""
    found = {
        str(action)
        for document in role.identity
        for statement in statements(document)
        if statement.get("Effect") == "Allow"
        for action in as_list(statement.get("Action", "*"))
    }
    return sorted(found)


@cache
def _reading() -> tuple[str, ...]:
    return tuple(pattern.lower() for pattern in managed_policy_actions(_READING))


def _fits(action: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in patterns)


THEOREMS = (
    Theorem(
        id="previews-only-look",
        statement="The printed previewers look things up by the printed actions, change nothing, assume no other "
        "role and read nothing that is stored.",
        prove=previewers_only_look,
        may_be_empty=without_roles("no stack made a previewer", *_PREVIEWERS),
    ),
)
