"""NET-05: a subnet gives out no public addresses."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import SECURITY_HUB, Rule, Severity, StackResource


def check(subnet: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """Neither IPv4 nor IPv6 addresses come by themselves."""
    found = ["mapPublicIpOnLaunch"] if subnet.get("mapPublicIpOnLaunch") is True else []
    found += ["assignIpv6AddressOnCreation"] if subnet.get("assignIpv6AddressOnCreation") is True else []
    return [f"{setting} is true" for setting in found]


RULE = Rule(
    id="NET-05",
    name="net-no-public-addresses",
    title="Subnets give out no public addresses",
    why="An interface with a public address is one route away from the internet.",
    fix="Set mapPublicIpOnLaunch and assignIpv6AddressOnCreation to false.",
    severity=Severity.MEDIUM,
    frameworks=(
        "FSBP EC2.15",
        "NIST 800-53 SC-7",
    ),
    sources=(SECURITY_HUB.format("ec2"),),
    types=("aws:ec2/subnet:Subnet",),
    check=check,
)
