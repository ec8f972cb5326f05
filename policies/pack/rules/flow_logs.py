"""NET-04: a VPC logs its flows."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import attached

FLOW_LOG = "aws:ec2/flowLog:FlowLog"


def check(vpc: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """A flow log of the VPC takes accepted traffic too: what leaves with data was let through."""
    found = attached(vpc, stack, [FLOW_LOG], "vpcId")
    if not found:
        return ["the VPC has no flow log"]
    kinds = sorted({flow_log.text("trafficType") or "none" for flow_log in found})
    return [] if "ALL" in kinds else [f"trafficType is {', '.join(kinds)}, allowed is ALL"]


RULE = Rule(
    id="NET-04",
    name="net-flow-logs",
    title="VPCs log all flows",
    why="Without flow logs nobody can say afterwards where data went.",
    fix="Add a FlowLog with trafficType ALL.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP EC2.6",
        "CIS AWS 5.0.0 3.7",
        "NIST 800-53 AU-12",
    ),
    sources=(SECURITY_HUB.format("ec2"),),
    types=("aws:ec2/vpc:Vpc",),
    scope="stack",
    related_types=(FLOW_LOG,),
    check=check,
)
