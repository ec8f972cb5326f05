"""NET-01: no security group is open to the world, in either direction."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence

from policies.pack.model import NotApplicable, Resource, Rule, Severity, Unknown, UnknownValue

RULES = (
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
)
GROUPS = ("aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
SINGLE = ("cidrIpv4", "cidrIpv6")
LISTS = ("cidrBlocks", "ipv6CidrBlocks")
_NAT = re.compile(r"(^|[-_])nat([-_]|$)", re.IGNORECASE)


def check(resource: Resource, stack: Sequence[Resource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """No rule names the internet, whole or in halves."""
    if _NAT.search(resource.name):
        raise NotApplicable("it is named as a NAT's, whose purpose is the internet")
    ranges = _of_groups(resource) if resource.type in GROUPS else _of_rule(resource.props)
    unknown = [where for where, block in ranges if isinstance(block, Unknown)]
    found = [f"{where} is {block}" for where, block in ranges if isinstance(block, str) and _is_open(block)]
    if unknown and not found:
        raise UnknownValue(unknown[0], resource.name)
    return found


def _of_groups(group: Resource) -> list[tuple[str, object]]:
    return [
        (f"{direction}.{number}.{where}", block)
        for direction in ("ingress", "egress")
        for number, rule in enumerate(group.each(direction))
        if isinstance(rule, Mapping)
        for where, block in _of_rule(rule)
    ]


def _of_rule(rule: Mapping[str, object]) -> list[tuple[str, object]]:
    found = [(key, rule[key]) for key in SINGLE if rule.get(key) is not None]
    for key in LISTS:
        blocks = rule.get(key)
        found += [(key, block) for block in (blocks if isinstance(blocks, list | tuple) else [blocks]) if block]
    return found


def _is_open(block: str) -> bool:
    """Whether a CIDR is public and wider than the widest private one, 10.0.0.0/8: two halves are the world too."""
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
    return network.prefixlen == 0 or (network.prefixlen < 8 and not network.is_private)


RULE = Rule(
    id="NET-01",
    name="net-no-open-security-group",
    title="Security groups are not open to the world, egress included",
    why="The network is private: data leaves only through endpoints that have a policy.",
    fix="Name the endpoints' prefix list, the VPC's CIDR or another security group.",
    severity=Severity.HIGH,
    # Security Hub user guide, ec2-controls: EC2.18 (ingress only).
    frameworks=("FSBP EC2.18", "NIST 800-53 SC-7(5)"),
    types=(*RULES, *GROUPS),
    check=check,
)
