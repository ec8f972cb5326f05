"""NET-06: no route leads to the internet."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.network import exclude_nat, is_open
from policies.pack.stack_settings import asks_for_nat, stack_file

ROUTE = "aws:ec2/route:Route"
GATEWAYS = ("aws:ec2/natGateway:NatGateway", "aws:ec2/internetGateway:InternetGateway")
WAYS_OUT = ("gatewayId", "natGatewayId", "egressOnlyGatewayId")


def check(resource: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """No route to everywhere through a gateway; a transit gateway or a firewall is the company's to guard."""
    if resource.type in GATEWAYS:
        kind = resource.type.rpartition(":")[2]
        return (
            []
            if asks_for_nat(resource)
            else [f"{kind} leads out, and network.nat of {stack_file(resource)} asks for none"]
        )
    exclude_nat(resource)
    if resource.type == ROUTE:
        return _violations(resource, "", ("destinationCidrBlock", "destinationIpv6CidrBlock"))
    return [
        violation
        for route in resource.item_paths("routes")
        for violation in _violations(resource, f"{route}.", ("cidrBlock", "ipv6CidrBlock"))
    ]


def _violations(resource: StackResource, where: str, destinations: Sequence[str]) -> list[str]:
    blocks = [resource.text(where + destination) for destination in destinations]
    return [
        f"{block} goes out through {where}{way}"
        for block in blocks
        if is_open(block)
        for way in WAYS_OUT
        if resource.present(where + way)
    ]


RULE = Rule(
    id="NET-06",
    name="net-no-internet-route",
    title="Routes do not lead to the internet",
    why="The network is private unless settings say otherwise: with a way out, one open group is enough to lose data.",
    fix="Remove it and use VPC endpoints; where packages must come from the internet, set network.nat of the stack.",
    severity=Severity.HIGH,
    types=(ROUTE, "aws:ec2/routeTable:RouteTable", *GATEWAYS),
    check=check,
)
