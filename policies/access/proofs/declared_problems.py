"""What theorems over declared resources share: their findings, and what an AWS service may do by a policy alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from policies.access.authorization import AuthorizationRequest, RequestContext
from policies.access.evaluator import allows
from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.graph.declared import DeclaredResource
from policies.access.proofs.theorem import Finding

# Type -> the problems of one resource of it, each the end of a sentence that begins with its name.
Readers = Mapping[str, Callable[[DeclaredResource], Iterator[str]]]
# Name, URN and problem.
Problem = tuple[str, str, str]


def declared_problems(graph: PolicyGraph, readers: Readers) -> tuple[list[Problem], int]:
    """The problems of all resources of the types, and how many resources were looked at."""
    looked_at = [(one, problems) for token, problems in readers.items() for one in graph.declared_of(token)]
    found = [(one.name, one.urn, problem) for one, problems in looked_at for problem in problems(one)]
    return found, len(looked_at)


def as_findings(found: Iterable[Problem]) -> list[Finding]:
    """A finding for each problem."""
    return [Finding(title=f"{name}: {problem}", request=f"  {urn}") for name, urn, problem in found]


def service_may(service: str, action: str, resource: str, carrier: PolicyResource, context: RequestContext) -> bool:
    """Whether an AWS service may do something by the policy of a resource alone."""
    return allows(
        AuthorizationRequest(
            id="",
            principal=service,
            account=None,
            action=action,
            resource=resource,
            owner=carrier.account,
            resource_policy=carrier.policy,
            context={"aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "true", **context},
        )
    )
