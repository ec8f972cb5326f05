"""NET-01: no security group is open to the world, in either direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource, Unknown, UnknownValue
from policies.pack.network import exclude_nat, is_open

RULES = (
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
)
GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
SINGLE = ("cidrIpv4", "cidrIpv6")
LISTS = ("cidrBlocks", "ipv6CidrBlocks")


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """No rule names the internet, whole or in halves."""
    exclude_nat(resource)
    ranges = _of_groups(resource) if resource.type in GROUPS else _of_rule(resource.props)
    unknown = [where for where, block in ranges if isinstance(block, Unknown)]
    found = [f"{where} is {block}" for where, block in ranges if isinstance(block, str) and is_open(block)]
    if unknown and not found:
        raise UnknownValue(unknown[0], resource.name)
    return found


def _of_groups(group: StackResource) -> list[tuple[str, object]]:
    return [
        (f"{direction}.{number}.{where}", block)
        for direction in ("ingress", "egress")
        for number, rule in enumerate(group.values(direction))
        if isinstance(rule, Mapping)
        for where, block in _of_rule(rule)
    ]


def _of_rule(rule: Mapping[str, object]) -> list[tuple[str, object]]:
    found = [(key, rule[key]) for key in SINGLE if rule.get(key) is not None]
    for key in LISTS:
        blocks = rule.get(key)
        found += [(key, block) for block in (blocks if isinstance(blocks, list | tuple) else [blocks]) if block]
    return found


RULE = Rule(
    id="NET-01",
    name="net-no-open-security-group",
    title="Security groups are not open to the world, egress included",
    why="The network is private: data leaves only through endpoints that have a policy.",
    fix="Name the endpoints' prefix list, the VPC's CIDR or another security group; for NAT, set network.nat.",
    severity=Severity.HIGH,
    frameworks=("FSBP EC2.18", "NIST 800-53 SC-7(5)"),
    sources=(SECURITY_HUB.format("ec2"),),
    types=(*RULES, *GROUPS),
    check=check,
)
