"""A VPC of private subnets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.addresses import plan


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Addresses, zones, and whether there is a way to the internet."""

    cidr: str
    zones: Sequence[str]
    nat: bool = False


@dataclass(frozen=True, kw_only=True)
class ExistingNetwork:
    """A VPC that somebody else made, with its private subnets, their zones by name, and their route tables."""

    vpc_id: str
    subnet_ids: Sequence[str]
    zones: Sequence[str]
    route_table_ids: Sequence[str]


class Network(pulumi.ComponentResource):
    """A VPC with a private subnet and route table in each zone, and a default security group that is shut.

    Only with `nat` is there a way to the internet: a NAT gateway in each zone, so that a zone's loss stays its own.
    """

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:network:Network", name, None, opts)
        self._name = name
        blocks = plan(args.cidr, len(args.zones))
        self.vpc = self._vpc(args.cidr)
        self._close_default_group()
        self.subnets = [
            self._subnet(f"private-{i}", *pair) for i, pair in enumerate(zip(args.zones, blocks.private, strict=True))
        ]
        self.route_tables = [self._route_table(f"private-{i}", subnet) for i, subnet in enumerate(self.subnets)]
        if args.nat:
            self._internet(args.zones, blocks.public)
        self.vpc_id = self.vpc.id
        self.subnet_ids = [subnet.id for subnet in self.subnets]
        self.route_table_ids = [table.id for table in self.route_tables]
        self.register_outputs({"vpcId": self.vpc_id, "subnetIds": self.subnet_ids})

    def _vpc(self, cidr: str) -> aws.ec2.Vpc:
        # Private DNS names of interface endpoints need both (AWS
        # PrivateLink Guide, "Access an AWS service using an interface VPC endpoint").
        return aws.ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": f"{pulumi.get_stack()}-{self._name}"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _close_default_group(self) -> None:
        aws.ec2.DefaultSecurityGroup(
            f"{self._name}-default", vpc_id=self.vpc.id, opts=pulumi.ResourceOptions(parent=self)
        )

    def _subnet(self, suffix: str, zone: str, cidr: str) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            f"{self._name}-{suffix}",
            vpc_id=self.vpc.id,
            availability_zone=zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags={"Name": f"{pulumi.get_stack()}-{self._name}-{suffix}"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _route_table(self, suffix: str, subnet: aws.ec2.Subnet) -> aws.ec2.RouteTable:
        options = pulumi.ResourceOptions(parent=self)
        table = aws.ec2.RouteTable(f"{self._name}-{suffix}", vpc_id=self.vpc.id, opts=options)
        aws.ec2.RouteTableAssociation(
            f"{self._name}-{suffix}", subnet_id=subnet.id, route_table_id=table.id, opts=options
        )
        return table

    def _internet(self, zones: Sequence[str], blocks: Sequence[str]) -> None:
        options = pulumi.ResourceOptions(parent=self)
        gateway = aws.ec2.InternetGateway(f"{self._name}-internet", vpc_id=self.vpc.id, opts=options)
        for i, (zone, block) in enumerate(zip(zones, blocks, strict=True)):
            public = self._subnet(f"public-{i}", zone, block)
            outward = self._route_table(f"public-{i}", public)
            self._route(f"public-{i}", outward, gateway_id=gateway.id)
            address = aws.ec2.Eip(f"{self._name}-nat-{i}", domain="vpc", opts=options)
            nat = aws.ec2.NatGateway(
                f"{self._name}-nat-{i}",
                allocation_id=address.id,
                subnet_id=public.id,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[gateway]),
            )
            self._route(f"private-{i}", self.route_tables[i], nat_gateway_id=nat.id)

    def _route(self, suffix: str, table: aws.ec2.RouteTable, **target: pulumi.Input[str]) -> None:
        aws.ec2.Route(
            f"{self._name}-{suffix}-internet",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            opts=pulumi.ResourceOptions(parent=self),
            **target,
        )
