"""Cases of the rules on networks."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, Resource
from policies.pack.rules import (
    default_security_group,
    endpoint_policy,
    flow_logs,
    internet_route,
    open_network,
    private_dns,
    public_subnet,
)
from tests.policies.pack.cases.case import Cases, on
from tests.policies.pack.pack_factories import having, make, without
from tests.policies.pack.test_pack_network_rules import egress, endpoint, statement


def vpc() -> Resource:
    return make("aws:ec2/vpc:Vpc", "network", id="vpc-1", cidrBlock="10.0.0.0/16")


def default_group(**props: Any) -> Resource:
    token = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    return make(token, "network-default", **{"vpcId": "vpc-1", "ingress": [], "egress": [], **props})


def flow_log(**props: Any) -> Resource:
    return make("aws:ec2/flowLog:FlowLog", "flow-logs", **{"vpcId": "vpc-1", "trafficType": "ALL", **props})


def subnet(**props: Any) -> Resource:
    return make("aws:ec2/subnet:Subnet", "private", **{"vpcId": "vpc-1", "mapPublicIpOnLaunch": False, **props})


def route(name: str = "private-default", **props: Any) -> Resource:
    right = {"routeTableId": "rtb-1", "destinationCidrBlock": "10.1.0.0/16", "transitGatewayId": "tgw-1"}
    return make("aws:ec2/route:Route", name, **{**right, **props})


def table(*routes: dict[str, Any]) -> Resource:
    return make("aws:ec2/routeTable:RouteTable", "private", vpcId="vpc-1", routes=list(routes))


def interface(**props: Any) -> Resource:
    return having(endpoint(), **{"privateDnsEnabled": True, **props})


WORLD = {"destinationCidrBlock": "0.0.0.0/0"}
RULE = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["10.0.0.0/16"]}

CASES = (
    Cases(
        rule=open_network.RULE,
        passes=[on(egress())],
        mistakes=[(on(egress(cidrIpv4="0.0.0.0/0")), "cidrIpv4 is 0.0.0.0/0")],
        unknown=[(on(egress(cidrIpv4=UNKNOWN)), "cidrIpv4 of endpoints-egress")],
        excused=[(on(egress("dev-nat-egress")), "it is named as a NAT's")],
    ),
    Cases(
        rule=endpoint_policy.RULE,
        passes=[on(endpoint())],
        mistakes=[(on(endpoint(statement(Condition={}))), "everybody do everything through the endpoint")],
        unknown=[(on(having(endpoint(), policy=UNKNOWN)), "policy of kms")],
        excused=[(on(having(endpoint(), vpcEndpointType="GatewayLoadBalancer")), "takes no policy")],
    ),
    Cases(
        rule=default_security_group.RULE,
        passes=[on(vpc(), default_group())],
        mistakes=[
            (on(vpc()), "nothing empties the VPC's default security group"),
            (on(vpc(), default_group(egress=[RULE])), "network-default has egress rules, allowed are none"),
            (on(vpc(), default_group(vpcId="vpc-2")), "nothing empties the VPC's default security group"),
        ],
        unknown=[(on(vpc(), default_group(ingress=UNKNOWN)), "ingress of network-default")],
    ),
    Cases(
        rule=flow_logs.RULE,
        passes=[on(vpc(), flow_log())],
        mistakes=[
            (on(vpc()), "the VPC has no flow log"),
            (on(vpc(), flow_log(trafficType="REJECT")), "trafficType is REJECT, allowed is ALL"),
        ],
        unknown=[(on(vpc(), flow_log(trafficType=UNKNOWN)), "trafficType of flow-logs")],
    ),
    Cases(
        rule=public_subnet.RULE,
        passes=[on(subnet()), on(without(subnet(), "mapPublicIpOnLaunch"))],
        mistakes=[
            (on(subnet(mapPublicIpOnLaunch=True)), "mapPublicIpOnLaunch is true"),
            (on(subnet(assignIpv6AddressOnCreation=True)), "assignIpv6AddressOnCreation is true"),
        ],
        unknown=[(on(subnet(mapPublicIpOnLaunch=UNKNOWN)), "mapPublicIpOnLaunch of private")],
    ),
    Cases(
        rule=internet_route.RULE,
        passes=[on(route()), on(route(**WORLD)), on(table({"cidrBlock": "10.1.0.0/16", "gatewayId": "igw-1"}))],
        mistakes=[
            (on(route(**WORLD, gatewayId="igw-1")), "0.0.0.0/0 goes out through gatewayId"),
            (on(route(**WORLD, gatewayId=UNKNOWN)), "0.0.0.0/0 goes out through gatewayId"),
            (on(route(destinationIpv6CidrBlock="::/0", egressOnlyGatewayId="eigw-1")), "::/0 goes out"),
            (on(table({"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"})), "goes out through routes.0.natGatewayId"),
        ],
        unknown=[
            (on(route(destinationCidrBlock=UNKNOWN)), "destinationCidrBlock of private-default"),
            (on(having(table(), routes=UNKNOWN)), "routes of private"),
        ],
        excused=[(on(route("nat-default", **WORLD, gatewayId="igw-1")), "it is named as a NAT's")],
    ),
    Cases(
        rule=private_dns.RULE,
        passes=[on(interface())],
        mistakes=[
            (on(interface(privateDnsEnabled=False)), "private DNS is off"),
            (on(endpoint()), "private DNS is off"),
        ],
        unknown=[(on(interface(privateDnsEnabled=UNKNOWN)), "privateDnsEnabled of kms")],
        excused=[
            (on(endpoint(service="s3")), "an endpoint of type Gateway has no DNS names"),
            (on(having(endpoint(service="s3"), vpcEndpointType="Interface")), "the gateway endpoint answers for S3"),
        ],
    ),
)
