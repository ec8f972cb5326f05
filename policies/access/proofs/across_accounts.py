"""What each account lets the platform's other accounts do with what is its own: what is listed, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase

from catalog.roles import ROLES, RoleKind
from policies.access.encoding.logic import known_text
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.graph.purposes import resources_with_purpose
from policies.access.proofs.callers import OF_ACCOUNTS, NamedPrincipals
from policies.access.proofs.emptiness import NO_OTHER_ACCOUNT
from policies.access.proofs.requests import EncodedRequest, none_of, requests_of_everybody
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem

_K = RoleKind
_SERVING = (_K.API_HOOKS, _K.ENDPOINT_CHECKER, _K.MODEL)
_PULLING = (_K.MODEL, _K.STACK_SET_EXECUTION)
_MAKING_FUNCTIONS = (_K.STACK_SET_EXECUTION,)
# Whoever their own account allows it.
_ANYBODY: tuple[RoleKind, ...] = ()
# Kind and purpose of a resource -> actions, or patterns of them -> kinds of roles of projects in the other account.
_LISTED: Mapping[tuple[str, str], Mapping[str, tuple[RoleKind, ...]]] = {
    ("bucket", "models"): {"s3:getobject": _SERVING, "s3:getobjectversion": _SERVING},
    ("bucket", "code"): {"s3:getobject": _MAKING_FUNCTIONS, "s3:getobjectversion": _MAKING_FUNCTIONS},
    ("bus", ""): {"events:putevents": _ANYBODY},
    ("group", ""): {
        "sagemaker:createmodel": _ANYBODY,
        "sagemaker:describemodelpackage": _ANYBODY,
        "sagemaker:describemodelpackagegroup": _ANYBODY,
        "sagemaker:listmodelpackages": _ANYBODY,
    },
    ("key", "code"): {"kms:decrypt": _MAKING_FUNCTIONS, "kms:describekey": _MAKING_FUNCTIONS},
    ("key", "models"): {"kms:decrypt": _SERVING, "kms:describekey": _SERVING},
    ("repository", ""): {
        "ecr:batchchecklayeravailability": _PULLING,
        "ecr:batchgetimage": _PULLING,
        "ecr:getdownloadurlforlayer": _PULLING,
    },
}


def across_accounts(graph: PolicyGraph) -> ProofOutcome:
    """Of every resource with a policy: callers of the platform's other accounts get what is listed, and no more."""
    solver = Solver()
    models = {bucket.account for bucket in resources_with_purpose(graph, "bucket", "models")}
    for _, resource in sorted(graph.policy_resources.items()):
        named = NamedPrincipals.of(resource.policy or {})
        others = [account for account in graph.accounts() if account != resource.account]
        if not (named.anybody or named.accounts.intersection(others)):
            solver.queries += len(others)
            continue
        for account in others:
            listed = {
                action: _roles(graph, kinds, account) for action, kinds in _listed(models, resource, account).items()
            }
            for who, open_request in requests_of_everybody(
                graph, ["*"], policy_resource=resource, accounts=[account], kinds=OF_ACCOUNTS
            ):
                title = f"{who} does {{}} with {resource.kind} {resource.name}"
                for encoded in open_request.each():
                    _only_listed(solver, title, encoded, listed)
    return ProofOutcome(findings=solver.findings, named=_printed(graph), queries=solver.queries)


def _listed(models: Collection[str], resource: PolicyResource, account: str) -> Mapping[str, tuple[RoleKind, ...]]:
    """What callers of another account may do: events come to a bus from where models are kept alone.

    `models` are those accounts.
    """
    if resource.kind == "bus" and account not in models:
        return {}
    return _LISTED.get((resource.kind, resource.purpose), {})


def _only_listed(solver: Solver, title: str, encoded: EncodedRequest, listed: Mapping[str, Sequence[str]]) -> None:
    """`listed` says of which roles, by ARN patterns, an action is expected; without patterns: of whoever asks."""
    action = known_text(encoded.request.action) or ""
    patterns = next((patterns for one, patterns in listed.items() if fnmatchcase(action, one)), None)
    if patterns is not None and not patterns:
        solver.queries += 1
        return
    solver.refute_one(title.format(action), encoded, none_of(*patterns)(encoded) if patterns else ())


def _roles(graph: PolicyGraph, kinds: Sequence[RoleKind], account: str) -> list[str]:
    """ARN patterns of an account's roles of the kinds, of any stage and project, which one * stands for."""
    scope, prefix = graph.scope.in_account(account), graph.prefix
    return sorted(scope.role_arn(ROLES[kind].iam_path(prefix, "*"), f"{prefix}-*-{kind}") for kind in kinds)


def _printed(graph: PolicyGraph) -> list[str]:
    found: set[str] = set()
    for resource in graph.policy_resources.values():
        for action, kinds in _LISTED.get((resource.kind, resource.purpose), {}).items():
            who = " and ".join(f"{kind} roles" for kind in kinds) or "whoever their account allows it"
            found.add(f"{who} do {action} with {_named(resource)} of another account")
    return sorted(found)


def _named(resource: PolicyResource) -> str:
    return f"the {resource.kind} of {resource.purpose}" if resource.purpose else f"a {resource.kind}"


THEOREMS = (
    Theorem(
        id="across-accounts-as-listed",
        statement="The platform's accounts reach what belongs to one another by the printed actions and kinds of "
        "roles alone.",
        prove=across_accounts,
        may_be_empty=NO_OTHER_ACCOUNT,
    ),
)
