"""Reads a VPC from the in-memory EC2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends

from rehearsal.network.model import (
    EVERYWHERE,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    VpcAttachment,
    VpcEndpoint,
    VpcNetwork,
)


def attachment(account: str, region: str, subnets: Iterable[str], groups: Iterable[str]) -> VpcAttachment | None:
    """Where those subnets are; None without subnets. Raises ValueError for a subnet that does not exist."""
    named = tuple(subnets)
    found: dict[str, str] = {}
    for zone in ec2_backends[account][region].subnets.values():
        found |= {subnet: str(zone[subnet].vpc_id) for subnet in named if subnet in zone}
    missing = [subnet for subnet in named if subnet not in found]
    if missing:
        raise ValueError(f"subnet {missing[0]} does not exist in account {account}, {region}")
    vpcs = sorted(set(found.values()))
    if len(vpcs) > 1:
        raise ValueError(f"the subnets {', '.join(named)} are in different VPCs; name subnets of one")
    if not vpcs:
        return None
    return VpcAttachment(account=account, region=region, vpc=vpcs[0], subnets=named, security_groups=tuple(groups))


def network_of(where: VpcAttachment) -> VpcNetwork:
    """The attachment's VPC, as it is at this moment. Raises KeyError for a VPC that does not exist."""
    backend = ec2_backends[where.account][where.region]
    vpc = backend.vpcs[where.vpc]
    groups = backend.groups.get(where.vpc, {})
    tables = [table for table in backend.route_tables.values() if table.vpc_id == where.vpc]
    return VpcNetwork(
        id=where.vpc,
        resolves_private_names=vpc.enable_dns_support and vpc.enable_dns_hostnames,
        subnets={
            subnet.id: Subnet(cidr=subnet.cidr_block, table=_table(tables, subnet.id))
            for zone in backend.subnets.values()
            for subnet in zone.values()
            if subnet.vpc_id == where.vpc
        },
        endpoints=tuple(_endpoints(backend, where.vpc, groups)),
        groups={
            name: SecurityGroup(egress=_rules(group.egress_rules), ingress=_rules(group.ingress_rules))
            for name, group in groups.items()
        },
        nat_gateways={
            nat.id: nat.subnet_id
            for nat in backend.nat_gateways.values()
            if nat.vpc_id == where.vpc and nat.state == "available" and (nat.connectivity_type or "public") == "public"
        },
        internet_gateways=frozenset(
            gateway.id for gateway in backend.internet_gateways.values() if gateway.vpc and gateway.vpc.id == where.vpc
        ),
    )


def _table(tables: Iterable[Any], subnet: str) -> RouteTable:
    """A subnet's own route table, or the VPC's main one."""
    own = [table for table in tables if subnet in table._associations.values()]
    main = [table for table in tables if table.main_association_id is not None]
    chosen = next(iter([*own, *main]))
    targets = [_target(route) for route in chosen.routes if route.destination_cidr_block == EVERYWHERE]
    return RouteTable(id=chosen.id, default=next(iter(targets), ""))


def _target(route: Any) -> str:
    for kind in ("nat_gateway", "gateway", "transit_gateway", "vpc_pcx", "interface", "instance"):
        if (target := getattr(route, kind, None)) is not None:
            return str(target.id)
    return "a target that nobody looked up here"


def _endpoints(backend: EC2Backend, vpc: str, groups: Mapping[str, Any]) -> Iterable[VpcEndpoint]:
    # An endpoint without groups has the VPC's default one (botocore: CreateVpcEndpoint, SecurityGroupIds).
    default = [name for name, group in groups.items() if group.is_default]
    for endpoint in backend.vpc_end_points.values():
        if endpoint.vpc_id != vpc or endpoint.state != "available":
            continue
        yield VpcEndpoint(
            id=endpoint.id,
            service=endpoint.service_name,
            gateway=(endpoint.vpc_endpoint_type or "Gateway").lower() == "gateway",
            route_tables=tuple(endpoint.route_table_ids or ()),
            prefix_list=endpoint.destination_prefix_list_id or "",
            subnets=tuple(endpoint.subnet_ids or ()),
            security_groups=tuple(endpoint.security_group_ids or default),
            private_dns=bool(endpoint.private_dns_enabled),
        )


def _rules(rules: Iterable[Any]) -> tuple[SecurityGroupRule, ...]:
    return tuple(
        SecurityGroupRule(
            protocol=rule.ip_protocol or "",
            from_port=rule.from_port,
            to_port=rule.to_port,
            cidr=rule.ip_range.get("CidrIp", ""),
            group=rule.source_group.get("GroupId", ""),
            prefix_list=rule.prefix_list_id or "",
        )
        for rule in rules
    )
