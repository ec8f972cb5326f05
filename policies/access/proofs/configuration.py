"""What properties name outside policies: every account, bucket and VPC is the platform's."""

from __future__ import annotations

from collections import defaultdict

from policies.access.graph import PolicyGraph
from policies.access.proofs.emptiness import NO_REFERENCE
from policies.access.proofs.theorem import Finding, ProofOutcome, Theorem


def configuration(graph: PolicyGraph) -> ProofOutcome:
    """Every account, bucket and VPC that any property of any resource names belongs to the platform.

    A policy is none of these properties: the other theorems read it.
    """
    own = {
        "account": {*graph.accounts(), *graph.equivalent_accounts},
        "bucket": {bucket.name for bucket in graph.resources("bucket")},
        "vpc": {*graph.vpcs, *(endpoint.vpc for endpoint in graph.endpoints.values())},
    }
    callers = {reference.name for reference in graph.references if reference.kind == "caller"}
    places: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for reference in graph.references:
        if reference.kind in own and reference.name not in own[reference.kind]:
            places[reference.kind, reference.name].append(f"  {reference.urn}: {reference.path}")
    findings = [
        Finding(title=f"{kind} {name} is not the platform's, and its resources name it", request="\n".join(where))
        for (kind, name), where in sorted(places.items())
    ]
    named = [f"{arn} calls an API of a project" for arn in sorted(callers)]
    return ProofOutcome(findings=findings, named=named, queries=len(graph.references))


THEOREMS = (
    Theorem(
        id="configuration-stays-home",
        statement="Every account, bucket and VPC that any property of a resource names, policies apart, is the "
        "platform's; the printed roles call APIs.",
        prove=configuration,
        may_be_empty=NO_REFERENCE,
    ),
)
