"""What resources' policies give by themselves: to roles of the platform, and to AWS's services what is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from catalog.names import API_FUNCTIONS
from policies.access.encoding import CallerType
from policies.access.encoding.logic import known_text
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.proofs.callers import EVERY_KIND, NamedPrincipals
from policies.access.proofs.requests import none_of, requests_of_everybody
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem

_DATA_KEYS = (
    "kms:decrypt",
    "kms:generatedatakey",
    "kms:generatedatakeypair",
    "kms:generatedatakeypairwithoutplaintext",
    "kms:generatedatakeywithoutplaintext",
)
_LOGS = ("kms:decrypt", "kms:describekey", "kms:encrypt", "kms:generatedatakey*", "kms:reencrypt*")
_PULLS = ("ecr:batchchecklayeravailability", "ecr:batchgetimage", "ecr:getdownloadurlforlayer")
_DELIVERS = ("s3:getbucketacl", "s3:listbucket", "s3:putobject")
_OPERATIONS: Mapping[str, tuple[str, ...]] = {"logs.{region}": _LOGS, "cloudwatch": _DATA_KEYS, "events": _DATA_KEYS}
# Kind and purpose of a resource -> AWS's services, by their names in a Region -> actions, or patterns of them.
# Each statement of `policies.documents` that gives it says on which page AWS asks for it.
SERVICE_GRANTS: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("bucket", "logs"): {"logging.s3": ("s3:putobject",)},
    ("bucket", "trail"): {"cloudtrail": _DELIVERS},
    ("bucket", "config"): {"config": _DELIVERS},
    ("function", ""): {"events": ("lambda:invokefunction",), "apigateway": ("lambda:invokefunction",)},
    ("key", "operations"): _OPERATIONS,
    ("key", "guards"): {**_OPERATIONS, "config": ("kms:decrypt", "kms:generatedatakey")},
    ("key", "trail"): {"cloudtrail": ("kms:describekey", "kms:generatedatakey*")},
    ("queue", ""): {"events": ("sqs:sendmessage",)},
    ("repository", ""): {"sagemaker": _PULLS},
    ("repository", API_FUNCTIONS): {"lambda": _PULLS},
    ("topic", ""): {"cloudwatch": ("sns:publish",), "events": ("sns:publish",)},
}
# The root user of an account reaches what is the account's, whatever a policy gives.
_MEMBERS = EVERY_KIND - {CallerType.ROOT, CallerType.SERVICE, CallerType.ANONYMOUS}


def listed_grants(graph: PolicyGraph) -> ProofOutcome:
    """By a resource's policy alone, no caller of its account gets anything but the platform's roles, and no service but
    what is listed."""
    solver, named, roles = Solver(), set[str](), sorted(graph.roles)
    for _, resource in sorted(graph.policy_resources.items()):
        if NamedPrincipals.of(resource.policy or {}).directly:
            _to_members(solver, graph, resource, roles)
        listed = SERVICE_GRANTS.get((resource.kind, _purpose(graph, resource)), {})
        region = graph.scopes.get(resource.stack, graph.scope).region
        by_name = {f"{name.format(region=region)}.amazonaws.com": actions for name, actions in listed.items()}
        for service, open_request in requests_of_everybody(
            graph, ["*"], policy_resource=resource, kinds=frozenset({CallerType.SERVICE})
        ):
            allowed = by_name.get(service, ())
            # Ids of keys are others each time; their aliases stay.
            shown = next(iter(resource.aliases), resource.name)
            named |= {f"{service} does {action} with {resource.kind} {shown}" for action in allowed}
            for encoded in open_request.each():
                action = known_text(encoded.request.action)
                solver.queries += 1
                if not any(fnmatchcase(action, pattern) for pattern in allowed):
                    solver.refute_one(f"{service} does {action} with {resource.kind} {resource.name}", encoded)
    return ProofOutcome(findings=solver.findings, named=sorted(named), queries=solver.queries)


def _purpose(graph: PolicyGraph, resource: PolicyResource) -> str:
    """What a resource is for: the repository of functions is known by its name, that of models has the settings'."""
    is_of_functions = resource.kind == "repository" and resource.name == f"{graph.prefix}/{API_FUNCTIONS}"
    return API_FUNCTIONS if is_of_functions else resource.purpose


def _to_members(solver: Solver, graph: PolicyGraph, resource: PolicyResource, roles: list[str]) -> None:
    for who, open_request in requests_of_everybody(
        graph, ["*"], policy_resource=resource, accounts=[resource.account], kinds=_MEMBERS
    ):
        alone = replace(open_request, parameters=replace(open_request.parameters, identity=()))
        title = f"{who}, no role of the platform, has access to {resource.kind} {resource.name} by its policy alone"
        solver.refute(title, alone, none_of(*roles))


THEOREMS = (
    Theorem(
        id="policies-let-in-as-listed",
        statement="The policy of a resource lets in nobody by itself but the platform's roles, and AWS's services for "
        "the printed actions.",
        prove=listed_grants,
    ),
)
