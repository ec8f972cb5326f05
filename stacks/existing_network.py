"""A VPC that exists already, with its subnets, security groups and endpoints, and what the platform needs of them."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.network import ExistingNetwork
from components.security_groups import APPS, HTTPS, NFS
from components.vpc_endpoints import service_name
from settings import existing as settings_of
from settings.addresses import DOCKER_BRIDGE
from settings.network import DataScienceNetwork, WorkloadNetwork
from stacks.lookups import Lookups

EVERYWHERE = ("0.0.0.0/0", "::/0")
# SageMaker Developer Guide, "Give SageMaker AI Hosted Endpoints Access to Resources in Your Amazon VPC": an endpoint in
# a VPC needs two zones, even with one instance.
SERVING_ZONES = 2

AMAZON_DNS = "AmazonProvidedDNS"
RESOLVER_ADDRESSES = ("169.254.169.253", "fd00:ec2::253")
# What EC2 says of a VPC from which its DHCP options were taken (Amazon EC2 API Reference, "AssociateDhcpOptions").
WITHOUT_OPTIONS = "default"


@dataclass(frozen=True, kw_only=True)
class ExistingEndpoint:
    """A VPC endpoint that somebody else made; S3's has a prefix list, the others have security groups."""

    id: str
    groups: tuple[str, ...] = ()
    prefix_list: str | None = None


def network(lookups: Lookups, given: settings_of.ExistingVpc, settings: DataScienceNetwork) -> ExistingNetwork:
    """A private VPC of this account with DNS, its subnets in different zones, and no way to the internet but NAT."""
    _vpc(lookups, given.vpc, settings.cidr)
    zones: dict[str, str] = {}
    inside = [subnet for subnet in given.subnets if _subnet(lookups, subnet, given.vpc, zones)]
    least = SERVING_ZONES if isinstance(settings, WorkloadNetwork) else 1
    needs = f"are in {len(zones)} zone: an endpoint in a VPC needs subnets in {least}"
    lookups.require(
        len(zones) >= least or len(given.subnets) > len(zones), "network.subnets", ", ".join(given.subnets), needs
    )
    _routes(lookups, given, inside, nat=settings.nat)
    return ExistingNetwork(
        vpc_id=given.vpc, subnet_ids=given.subnets, zones=tuple(zones), route_table_ids=given.route_tables
    )


def _vpc(lookups: Lookups, vpc: str, cidr: str) -> None:
    setting = "network.vpc"
    found = lookups.get(setting, vpc, lambda options: aws.ec2.get_vpc(id=vpc, opts=options))
    if found is None:
        return
    lookups.require_tag(setting, vpc, found.tags)
    lookups.require(
        found.owner_id == lookups.account, setting, vpc, f"belongs to account {found.owner_id}, not {lookups.account}"
    )
    lookups.require(found.enable_dns_support, setting, vpc, "has no DNS support, which private names of endpoints need")
    lookups.require(
        found.enable_dns_hostnames, setting, vpc, "has no DNS hostnames, which private names of endpoints need"
    )
    _name_servers(lookups, found)
    ranges = sorted({found.cidr_block, *(each.cidr_block for each in found.cidr_block_associations)})
    lookups.require(
        cidr in ranges, setting, vpc, f"has the range {', '.join(ranges)}: set network.cidr to it, not to {cidr}"
    )
    for each in ranges:
        if each != cidr and DOCKER_BRIDGE.network.overlaps(ipaddress.IPv4Network(each)):
            what = f"has the range {each} too, which overlaps {DOCKER_BRIDGE.network}, which {DOCKER_BRIDGE.why}"
            lookups.add_shortfall(setting, vpc, what)


def _name_servers(lookups: Lookups, vpc: Any) -> None:
    """Whoever is in the VPC asks the VPC's own resolver: no other knows the private names of its endpoints.

    Source: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint" (private DNS needs the Route
    53 Resolver); Amazon VPC User Guide, "Amazon DNS server", for its addresses.
    """
    setting = "network.vpc"
    needs = f"private names of endpoints need {AMAZON_DNS}: associate a set with it (aws ec2 associate-dhcp-options)"
    if vpc.dhcp_options_id == WITHOUT_OPTIONS:
        lookups.add_shortfall(setting, vpc.id, f"has no DHCP options, and {needs}")
        return
    options_id = vpc.dhcp_options_id
    found = lookups.get(
        setting, options_id, lambda options: aws.ec2.get_vpc_dhcp_options(dhcp_options_id=options_id, opts=options)
    )
    if found is None:
        return
    resolver = str(ipaddress.IPv4Network(vpc.cidr_block)[2])
    others = sorted({*found.domain_name_servers} - {AMAZON_DNS, *RESOLVER_ADDRESSES, resolver})
    lookups.require(
        bool(found.domain_name_servers) and not others,
        setting,
        vpc.id,
        f"has DHCP options {options_id} with {', '.join(others) or 'no DNS server'}, and {needs}",
    )


def _subnet(lookups: Lookups, subnet: str, vpc: str, zones: dict[str, str]) -> bool:
    """Whether it is in the VPC; its zone is noted."""
    setting = "network.subnets"
    found = lookups.get(setting, subnet, lambda options: aws.ec2.get_subnet(id=subnet, opts=options))
    if found is None:
        return False
    lookups.require_tag(setting, subnet, found.tags)
    lookups.require(found.vpc_id == vpc, setting, subnet, f"is in {found.vpc_id}, not in {vpc}")
    lookups.require(
        not found.map_public_ip_on_launch, setting, subnet, "gives out public addresses: it must be private"
    )
    other = zones.setdefault(found.availability_zone, subnet)
    one = f"is in {found.availability_zone} as {other} is: an interface endpoint takes one subnet of each zone"
    lookups.require(other == subnet, setting, subnet, one)
    return found.vpc_id == vpc


def _routes(lookups: Lookups, given: settings_of.ExistingVpc, subnets: Sequence[str], *, nat: bool) -> None:
    setting, routed, main = "network.routeTables", set(), False
    for table in given.route_tables:
        found = lookups.get(setting, table, _table(table))
        if found is None:
            return
        lookups.require_tag(setting, table, found.tags)
        lookups.require(found.vpc_id == given.vpc, setting, table, f"is in {found.vpc_id}, not in {given.vpc}")
        routed |= {each.subnet_id for each in found.associations if each.subnet_id}
        main = main or any(each.main for each in found.associations)
        for route in found.routes:
            where = route.cidr_block or route.ipv6_cidr_block or route.destination_prefix_list_id
            if route.gateway_id.startswith("igw-") or route.egress_only_gateway_id:
                gateway = route.gateway_id or route.egress_only_gateway_id
                lookups.add_shortfall(
                    setting, table, f"leads {where} to the internet gateway {gateway}: drop the route"
                )
            elif route.nat_gateway_id and not nat:
                lookups.add_shortfall(
                    setting, table, f"leads {where} to {route.nat_gateway_id}: drop it, or set network.nat"
                )
    for subnet in subnets:
        holds = main or subnet in routed
        lookups.require(holds, "network.subnets", subnet, f"is routed by none of {', '.join(given.route_tables)}")


def _table(table: str) -> Callable[[pulumi.InvokeOptions], aws.ec2.AwaitableGetRouteTableResult]:
    return lambda options: aws.ec2.get_route_table(route_table_id=table, opts=options)


def _rule(rule: str) -> Callable[[pulumi.InvokeOptions], aws.vpc.AwaitableGetSecurityGroupRuleResult]:
    return lambda options: aws.vpc.get_security_group_rule(security_group_rule_id=rule, opts=options)


def security_groups(lookups: Lookups, groups: Mapping[str, str], vpc: str, *, nat: bool) -> None:
    """Groups of the VPC whose own rules let through what the platform needs, and nothing from or to everywhere."""
    for purpose, group in groups.items():
        setting = f"network.securityGroups.{purpose}"
        if _in_vpc(lookups, setting, group, vpc):
            rules = _rules(lookups, setting, group)
            into, out = [r for r in rules if not r.is_egress], [r for r in rules if r.is_egress]
            lookups.require(not _open(into), setting, group, "lets in everybody: drop the rule from 0.0.0.0/0 or ::/0")
            if purpose == "endpoints":
                lookups.require(
                    _covers(into, HTTPS), setting, group, "lets no HTTPS in: add an ingress rule for TCP 443"
                )
                continue
            lookups.require(_covers(out, HTTPS), setting, group, "lets no HTTPS out: add an egress rule for TCP 443")
            lookups.require(
                nat or not _open(out), setting, group, "lets out to everywhere: drop the rule to 0.0.0.0/0 or ::/0"
            )
            among = [r for r in into if r.referenced_security_group_id == group]
            if purpose == "studio":
                for port in (NFS, *APPS):
                    what = f"lets Studio's apps not reach each other on {port}: add an ingress rule from itself"
                    lookups.require(_covers(among, port), setting, group, what)


def _in_vpc(lookups: Lookups, setting: str, group: str, vpc: str) -> bool:
    found = lookups.get(setting, group, lambda options: aws.ec2.get_security_group(id=group, opts=options))
    if found is None:
        return False
    lookups.require_tag(setting, group, found.tags)
    lookups.require(found.vpc_id == vpc, setting, group, f"is in {found.vpc_id}, not in {vpc}")
    return found.vpc_id == vpc


def _rules(lookups: Lookups, setting: str, group: str) -> list[Any]:
    of_group = aws.vpc.GetSecurityGroupRulesFilterArgs(name="group-id", values=[group])
    found = lookups.get(
        setting, group, lambda options: aws.vpc.get_security_group_rules(filters=[of_group], opts=options)
    )
    ids = found.ids if found else []
    rules = [lookups.get(setting, group, _rule(rule)) for rule in ids]
    return [rule for rule in rules if rule is not None]


def _covers(rules: Sequence[Any], port: int) -> bool:
    return any(
        rule.ip_protocol == "-1" or (rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port)
        for rule in rules
    )


def _open(rules: Sequence[Any]) -> bool:
    return any(rule.cidr_ipv4 in EVERYWHERE or rule.cidr_ipv6 in EVERYWHERE for rule in rules)


def endpoints(lookups: Lookups, given: Mapping[str, str], of: settings_of.ExistingVpc) -> dict[str, ExistingEndpoint]:
    """Endpoints of the VPC, available, of the right service, with a policy that is not open to everybody."""
    found = {}
    for service, endpoint in sorted(given.items()):
        one = _endpoint(lookups, service, endpoint, of)
        if one is not None:
            found[service] = one
    return found


def _endpoint(lookups: Lookups, service: str, endpoint: str, of: settings_of.ExistingVpc) -> ExistingEndpoint | None:
    setting = f"endpoints.{service}"
    found = lookups.get(setting, endpoint, lambda options: aws.ec2.get_vpc_endpoint(id=endpoint, opts=options))
    if found is None:
        return None
    wanted = service_name(lookups.region, service)
    lookups.require(found.vpc_id == of.vpc, setting, endpoint, f"is in {found.vpc_id}, not in {of.vpc}")
    lookups.require(found.state == "available", setting, endpoint, f"is {found.state}: it must be available")
    lookups.require(found.service_name == wanted, setting, endpoint, f"leads to {found.service_name}, not to {wanted}")
    holds = not _anything(found.policy)
    lookups.require(
        holds, setting, endpoint, "lets anybody reach anything: limit its policy to the platform's accounts"
    )
    if service == settings_of.S3:
        lookups.require(found.vpc_endpoint_type == "Gateway", setting, endpoint, "must be a gateway endpoint")
        unrouted = [table for table in of.route_tables if table not in found.route_table_ids]
        lookups.require(not unrouted, setting, endpoint, f"is in no route of {', '.join(unrouted)}: add it there")
        return ExistingEndpoint(id=endpoint, prefix_list=found.prefix_list_id)
    lookups.require(found.vpc_endpoint_type == "Interface", setting, endpoint, "must be an interface endpoint")
    lookups.require(found.private_dns_enabled, setting, endpoint, "has no private DNS name: switch it on")
    for group in found.security_group_ids:
        into = [rule for rule in _rules(lookups, setting, group) if not rule.is_egress]
        what = f"its security group {group} lets no HTTPS in: add an ingress rule for TCP 443 from {of.vpc}"
        lookups.require(_covers(into, HTTPS), setting, endpoint, what)
    return ExistingEndpoint(id=endpoint, groups=tuple(sorted(found.security_group_ids)))


def _anything(policy: str) -> bool:
    """Whether a statement lets every principal do everything everywhere, as the default policy of endpoints does."""
    statements = json.loads(policy).get("Statement", []) if policy else [{"Effect": "Allow"}]
    return any(
        statement.get("Effect") == "Allow"
        and not statement.get("Condition")
        and _all(statement.get("Principal", "*"))
        and _all(statement.get("Resource", "*"))
        for statement in (statements if isinstance(statements, list) else [statements])
    )


def _all(value: Any) -> bool:
    values = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
    return any(one == "*" or (isinstance(one, list) and "*" in one) for one in values)
