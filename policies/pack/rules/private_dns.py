"""NET-07: an interface endpoint answers under the service's own name."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import NotApplicable, Rule, Severity, StackResource


def check(endpoint: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Private DNS is on: SDKs use the public names, and would otherwise find no way or another one."""
    kind = endpoint.text("vpcEndpointType") or "Gateway"
    if kind != "Interface":
        raise NotApplicable(f"an endpoint of type {kind} has no DNS names")
    if endpoint.text("serviceName").endswith(".s3"):
        # PrivateLink for S3 (Amazon S3 User Guide, "AWS PrivateLink for Amazon S3"): only for the inbound resolver.
        raise NotApplicable("the gateway endpoint answers for S3 inside the VPC")
    return [] if endpoint.get("privateDnsEnabled") is True else ["private DNS is off"]


RULE = Rule(
    id="NET-07",
    name="net-private-dns",
    title="Interface endpoints have private DNS",
    why="Requests to the service's public name would leave past the endpoint and its policy, or fail.",
    fix="Set privateDnsEnabled.",
    severity=Severity.MEDIUM,
    types=("aws:ec2/vpcEndpoint:VpcEndpoint",),
    check=check,
)
