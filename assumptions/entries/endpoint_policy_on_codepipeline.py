"""Whether the endpoint service of CodePipeline takes an endpoint policy."""

from __future__ import annotations

from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """What EC2 says of the service: it makes nothing."""
    name = f"com.amazonaws.{stack.region}.codepipeline"
    [found] = stack.client("ec2").describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"]
    takes = bool(found["VpcEndpointPolicySupported"])
    return (
        ProbeResult.HOLDS if takes else ProbeResult.FAILS,
        f"DescribeVpcEndpointServices says VpcEndpointPolicySupported={str(takes).lower()} of {name}",
    )


ASSUMPTION = Assumption(
    name="endpoint-policy-on-codepipeline",
    question="Does the endpoint service codepipeline take an endpoint policy?",
    if_it_holds="The endpoint is made with the platform's policy: its own principals, on its own accounts' pipelines.",
    if_it_fails="EC2 says VpcEndpointPolicySupported=false of the service and refuses an endpoint with a policy. One "
    "without lets through whoever the VPC's security groups do, with whichever credentials.",
    design="Before anything is made the program asks EC2 of each endpoint service whether it takes a policy. Where "
    "CodePipeline's takes none, it gets no endpoint, with a warning: no job or build calls it, people see their "
    "pipelines in the console. Whoever wants it all the same names it in network.unlimitedEndpoints, and rule NET-02 "
    "of the policy pack then asks for an exemption. Every other service that takes no policy is refused, unless it is "
    "named there.",
    leans_on=("stacks/endpoint_services.py:endpoint_services", "components/vpc_endpoints.py:VpcEndpoints"),
    sources=(
        'aws-samples/data-perimeter-policy-examples, "Service-specific guidance: AWS CodePipeline": not currently',
        'Amazon VPC User Guide, "AWS services that you can use with AWS PrivateLink", 2021: No',
        'AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink": names no policies by service',
    ),
    probe=Probe(run=_run, kinds=("data-science", "workload"), price=0.0, minutes=1),
)
