"""What exists already, each time with one thing wrong, and the words in which the program must tell it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from policies.documents.trust import role_trust
from tests.stacks.owned import Owned
from tests.stacks.test_existing import ADMINISTRATION, EXECUTION, HOME, HOME_SCOPE, STAGING, boundary

Section = dict[str, Any]
Spoil = Callable[[Owned], Section]


# ---- networks


def without_dns(own: Owned) -> Section:
    network = own.network()
    own.ec2.modify_vpc_attribute(VpcId=network["vpc"], EnableDnsSupport={"Value": False})
    return {"network": network}


def options(own: Owned, *servers: str) -> Section:
    network = own.network()
    own.name_servers(network["vpc"], *servers)
    return {"network": network}


def another_name_server(own: Owned) -> Section:
    return options(own, "10.20.0.2", "10.99.0.53")


def no_name_server(own: Owned) -> Section:
    network = own.network()
    own.ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=network["vpc"])
    return {"network": network}


def dockers_range(own: Owned) -> Section:
    network = own.network()
    own.ec2.associate_vpc_cidr_block(VpcId=network["vpc"], CidrBlock="172.17.16.0/20")
    return {"network": network}


def another_range(own: Owned) -> Section:
    return {"network": Owned(own.cloud, own.account, "10.99.0.0/16").network()}


def no_such_vpc(own: Owned) -> Section:
    return {"network": own.network() | {"vpc": "vpc-0123456789abcdef0"}}


def foreign_subnet(own: Owned) -> Section:
    network, other = own.network(), own.network(("c",))
    return {"network": network | {"subnets": [*network["subnets"], *other["subnets"]]}}


def public_subnet(own: Owned) -> Section:
    network = own.network()
    own.ec2.modify_subnet_attribute(SubnetId=network["subnets"][0], MapPublicIpOnLaunch={"Value": True})
    return {"network": network}


def same_zone(own: Owned) -> Section:
    network = own.network()
    again = own.subnet(network["vpc"], "a", 3, network["routeTables"][0])
    return {"network": network | {"subnets": [*network["subnets"], again]}}


def to_the_internet(own: Owned) -> Section:
    network = own.network()
    gateway = own.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    own.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network["vpc"])
    table = network["routeTables"][0]
    own.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    return {"network": network}


def to_nat(own: Owned) -> Section:
    network = own.network()
    address = own.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = own.ec2.create_nat_gateway(SubnetId=network["subnets"][0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    table = network["routeTables"][0]
    own.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    return {"network": network}


def unrouted(own: Owned) -> Section:
    network = own.network()
    alone = own.subnet(network["vpc"], "c", 3)
    return {"network": network | {"subnets": [*network["subnets"], alone]}}


def foreign_table(own: Owned) -> Section:
    network = own.network()
    return {"network": network | {"routeTables": [*network["routeTables"], *own.network()["routeTables"]]}}


def unmarked(own: Owned) -> Section:
    network = own.network()
    own.ec2.delete_tags(Resources=[network["vpc"]], Tags=[{"Key": "platform"}])
    return {"network": network}


# ---- security groups


def with_groups(own: Owned, spoil: Callable[[dict[str, str]], None]) -> Section:
    network = own.network()
    groups = own.groups(network["vpc"])
    spoil(groups)
    return {"network": network | {"securityGroups": groups}}


def foreign_group(own: Owned) -> Section:
    return {"network": own.network() | {"securityGroups": own.groups(own.network()["vpc"])}}


def silent_workloads(own: Owned) -> Section:
    network = own.network()
    return {"network": network | {"securityGroups": {"workloads": own.group(network["vpc"], "silent")}}}


def wide_workloads(own: Owned) -> Section:
    return with_groups(own, lambda groups: own.open(groups["workloads"], 443, out=True, cidr="0.0.0.0/0"))


def wide_endpoints(own: Owned) -> Section:
    return with_groups(own, lambda groups: own.open(groups["endpoints"], 22, cidr="0.0.0.0/0"))


def deaf_endpoints(own: Owned) -> Section:
    network = own.network()
    return {"network": network | {"securityGroups": {"endpoints": own.group(network["vpc"], "deaf")}}}


# ---- endpoints


def with_endpoint(own: Owned, service: str, made: str, **changed: Any) -> Section:
    network = own.network()
    return {"network": network, "endpoints": {service: own.endpoint(network, made, **changed)}}


def wrong_service(own: Owned) -> Section:
    return with_endpoint(own, "kms", "logs")


def no_private_name(own: Owned) -> Section:
    return with_endpoint(own, "kms", "kms", PrivateDnsEnabled=False)


def open_policy(own: Owned) -> Section:
    anything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return with_endpoint(own, "s3", "s3", PolicyDocument=json.dumps({"Statement": [anything]}))


def unrouted_s3(own: Owned) -> Section:
    return with_endpoint(own, "s3", "s3", RouteTableIds=[])


def interface_s3(own: Owned) -> Section:
    return with_endpoint(own, "s3", "s3", VpcEndpointType="Interface")


def foreign_endpoint(own: Owned) -> Section:
    return {"network": own.network(), "endpoints": {"kms": own.endpoint(own.network(), "kms")}}


def deaf_endpoint(own: Owned) -> Section:
    network = own.network()
    group = own.group(network["vpc"], "deaf")
    return {"network": network, "endpoints": {"kms": own.endpoint(network, "kms", SecurityGroupIds=[group])}}


def no_such_endpoint(own: Owned) -> Section:
    return {"network": own.network(), "endpoints": {"kms": "vpce-0123456789abcdef0"}}


# ---- keys and roles


def disabled_key(own: Owned) -> Section:
    key = own.key()
    own.disable(key)
    return {"keys": {"capture": key}}


def signing_key(own: Owned) -> Section:
    return {"keys": {"capture": own.key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")}}


def still_key(own: Owned) -> Section:
    return {"keys": {"capture": own.key(Description="does not rotate")}}


def anothers_key(own: Owned) -> Section:
    key = own.key()
    own.kms.tag_resource(KeyId=key.rpartition("/")[2], Tags=[{"TagKey": "platform", "TagValue": "acme"}])
    return {"keys": {"capture": key}}


def no_such_key(own: Owned) -> Section:
    return {"keys": {"capture": own.key().rpartition("/")[0] + "/12345678-1234-1234-1234-123456789012"}}


def role(own: Owned, trust: str, boundary_arn: str | None) -> Section:
    name = EXECUTION.rpartition("/")[2]
    if name in {each["RoleName"] for each in own.iam.list_roles()["Roles"]}:
        own.iam.delete_role(RoleName=name)
    own.role(EXECUTION, trust, boundary_arn)
    return {"roles": {"stackSetExecution": {"screening": EXECUTION}}}


def unbounded_role(own: Owned) -> Section:
    return role(own, role_trust(HOME_SCOPE, [ADMINISTRATION]), None)


def trusting_all(own: Owned) -> Section:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}, "Action": "sts:AssumeRole"}
    return role(own, json.dumps({"Version": "2012-10-17", "Statement": [statement]}), boundary(STAGING))


# name: (what is spoilt, parts of the only message)
SHORT: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "a VPC without DNS": (without_dns, ("existing.network.vpc = 'vpc-", "has no DNS support")),
    "a VPC with a DNS server of its owner's": (
        another_name_server,
        ("existing.network.vpc = 'vpc-", "with 10.99.0.53", "need AmazonProvidedDNS", "associate-dhcp-options"),
    ),
    "a VPC without a DNS server": (no_name_server, ("existing.network.vpc", "has no DHCP options")),
    "a VPC with a part of Docker's bridge": (
        dockers_range,
        ("existing.network.vpc", "has the range 172.17.16.0/20 too", "SageMaker's hosts use for Docker's bridge"),
    ),
    "a VPC of another range": (another_range, ("existing.network.vpc", "has the range 10.99.0.0/16", "10.20.0.0/16")),
    "a subnet of another VPC": (foreign_subnet, ("existing.network.subnets = 'subnet-", "is in vpc-", "not in vpc-")),
    "a public subnet": (public_subnet, ("existing.network.subnets", "gives out public addresses")),
    "two subnets in a zone": (same_zone, ("existing.network.subnets", "is in eu-west-1a as subnet-")),
    "a way to the internet": (to_the_internet, ("existing.network.routeTables", "leads 0.0.0.0/0 to the internet")),
    "a way through NAT": (to_nat, ("existing.network.routeTables", "leads 0.0.0.0/0 to nat-", "set network.nat")),
    "a subnet without route table": (unrouted, ("existing.network.subnets", "is routed by none of rtb-")),
    "a route table of another VPC": (foreign_table, ("existing.network.routeTables = 'rtb-", "is in vpc-")),
    "workloads that reach nothing": (
        silent_workloads,
        ("existing.network.securityGroups.workloads = 'sg-", "add an egress rule for TCP 443"),
    ),
    "workloads that reach everything": (wide_workloads, ("securityGroups.workloads", "lets out to everywhere")),
    "endpoints that let in everybody": (wide_endpoints, ("securityGroups.endpoints", "lets in everybody")),
    "endpoints that let in nobody": (deaf_endpoints, ("securityGroups.endpoints", "lets no HTTPS in")),
    "an endpoint of another service": (
        wrong_service,
        (
            "existing.endpoints.kms = 'vpce-",
            "leads to com.amazonaws.eu-west-1.logs, not to com.amazonaws.eu-west-1.kms",
        ),
    ),
    "an endpoint without private name": (no_private_name, ("existing.endpoints.kms", "has no private DNS name")),
    "an endpoint that is open": (open_policy, ("existing.endpoints.s3", "lets anybody reach anything")),
    "an endpoint without routes": (unrouted_s3, ("existing.endpoints.s3", "is in no route of rtb-")),
    "an endpoint of another VPC": (foreign_endpoint, ("existing.endpoints.kms", "is in vpc-", "not in vpc-")),
    "an endpoint behind a shut group": (deaf_endpoint, ("existing.endpoints.kms", "its security group sg-")),
    "no such endpoint": (no_such_endpoint, ("existing.endpoints.kms = 'vpce-0123456789abcdef0'", "is not found in")),
    "a disabled key": (disabled_key, ("existing.keys.capture = 'arn:aws:kms:", "is Disabled: enable it")),
    "a key that signs": (signing_key, ("existing.keys.capture", "is for SIGN_VERIFY (RSA_2048)")),
    "a key that does not rotate": (still_key, ("existing.keys.capture", "does not rotate")),
    "a network that nobody handed over": (unmarked, ("existing.network.vpc", "is not tagged platform=mlops")),
    "a key that is somebody else's": (anothers_key, ("existing.keys.capture", "is not tagged platform=mlops")),
    "no such key": (no_such_key, ("existing.keys.capture", "is not found in account 222222222222, eu-west-1")),
    "a role without boundary": (
        unbounded_role,
        ("existing.roles.stackSetExecution.screening", f"set it to {boundary(STAGING)}"),
    ),
}
