"""Cases of the rule in `policies/pack/rules/internet_route.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import internet_route
from tests.policies.pack.pack_factories import having, make, of_stack
from tests.policies.pack.rule_cases import Cases, on


def route(name: str = "private-default", **props: Any) -> StackResource:
    right = {"routeTableId": "rtb-1", "destinationCidrBlock": "10.1.0.0/16", "transitGatewayId": "tgw-1"}
    return make("aws:ec2/route:Route", name, **{**right, **props})


def table(*routes: dict[str, Any]) -> StackResource:
    return make("aws:ec2/routeTable:RouteTable", "private", vpcId="vpc-1", routes=list(routes))


WORLD = {"destinationCidrBlock": "0.0.0.0/0"}
CASES = Cases(
    rule=internet_route.RULE,
    passes=[
        on(of_stack("asking", make("aws:ec2/natGateway:NatGateway", "network-nat-0"))),
        on(route()),
        on(route(**WORLD)),
        on(table({"cidrBlock": "10.1.0.0/16", "gatewayId": "igw-1"})),
    ],
    violations=[
        (on(route(**WORLD, gatewayId="igw-1")), "0.0.0.0/0 goes out through gatewayId"),
        (on(route(**WORLD, gatewayId=UNKNOWN)), "0.0.0.0/0 goes out through gatewayId"),
        (on(route(destinationIpv6CidrBlock="::/0", egressOnlyGatewayId="eigw-1")), "::/0 goes out"),
        (on(route("nat-default", **WORLD, natGatewayId="nat-1")), "0.0.0.0/0 goes out through natGatewayId"),
        (on(of_stack("asking", route(**WORLD, gatewayId="igw-1"))), "0.0.0.0/0 goes out through gatewayId"),
        (on(make("aws:ec2/natGateway:NatGateway", "network-nat-0")), "network.nat of Pulumi.dev.yaml asks for none"),
        (on(make("aws:ec2/internetGateway:InternetGateway", "out")), "network.nat of Pulumi.dev.yaml asks for none"),
        (on(table({"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"})), "goes out through routes.0.natGatewayId"),
    ],
    unknown=[
        (on(route(destinationCidrBlock=UNKNOWN)), "destinationCidrBlock of private-default"),
        (on(having(table(), routes=UNKNOWN)), "routes of private"),
    ],
    not_applicable=[
        (on(of_stack("asking", route("network-private-0-internet", **WORLD, natGatewayId="nat-1"))), "it is a NAT's"),
        (on(of_stack("asking", route("network-public-0-internet", **WORLD, gatewayId="igw-1"))), "it is a NAT's"),
    ],
)
