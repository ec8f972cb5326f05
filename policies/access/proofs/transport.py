"""Nothing passes in plain text: of the services that answer without TLS, no request that carries data is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.access.graph import PolicyGraph, PolicyResource
from policies.access.proofs.callers import PinnedKeys
from policies.access.proofs.requests import requests_of_everybody, within
from policies.access.proofs.solver import Solver
from policies.access.proofs.theorem import ProofOutcome, Theorem

# Kind of resource -> actions that carry what is to be read by nobody on the way. Every other service in use answers
# over TLS alone. Source: Amazon S3 User Guide, "Security best practices for Amazon S3"; Amazon SNS Developer Guide,
# "Security best practices for Amazon SNS"; Amazon SQS Developer Guide, "Security best practices for Amazon SQS".
_CARRYING: Mapping[str, Sequence[str]] = {
    "bucket": ("s3:*",),
    "queue": ("sqs:ReceiveMessage", "sqs:SendMessage"),
    "topic": ("sns:Publish",),
}
_PLAIN: PinnedKeys = {"aws:SecureTransport": "false"}


def transport(graph: PolicyGraph) -> ProofOutcome:
    """Whoever asks, by whatever rights of its own: the resource's policy refuses each request in plain text."""
    solver = Solver()
    for kind, actions in _CARRYING.items():
        for resource in graph.resources(kind):
            for who, open_request in requests_of_everybody(graph, actions, policy_resource=resource, pinned=_PLAIN):
                title = f"{who} reaches {kind} {resource.name} in plain text"
                solver.refute(title, open_request, within(*_patterns(resource)))
    return ProofOutcome(findings=solver.findings, queries=solver.queries)


def _patterns(resource: PolicyResource) -> Sequence[str]:
    return (resource.arn, f"{resource.arn}/*") if resource.kind == "bucket" else (resource.arn,)


THEOREMS = (
    Theorem(
        id="nothing-in-plain-text",
        statement="No bucket, topic or queue takes or gives anything over a connection that is not encrypted.",
        prove=transport,
    ),
)
