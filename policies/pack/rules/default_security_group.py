"""NET-03: the default security group lets nothing through."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource
from policies.pack.related_resources import attached

GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"


def check(vpc: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """The program takes the VPC's default group over, and gives it no rule."""
    found = attached(vpc, stack, [GROUP], "vpcId")
    if not found:
        return ["nothing empties the VPC's default security group, which lets its members through to one another"]
    return [
        f"{group.name} has {direction} rules, allowed are none"
        for group in found
        for direction in ("ingress", "egress")
        if group.values(direction)
    ]


RULE = Rule(
    id="NET-03",
    name="net-empty-default-group",
    title="Default security groups have no rules",
    why="What is started without a group gets the default one, which nobody chose.",
    fix="Add a DefaultSecurityGroup without ingress and egress.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP EC2.2",
        "CIS AWS 5.0.0 5.5",
        "NIST 800-53 SC-7",
    ),
    sources=(SECURITY_HUB.format("ec2"),),
    types=("aws:ec2/vpc:Vpc",),
    scope="stack",
    related_types=(GROUP,),
    check=check,
)
