"""Decides which way traffic takes out of a VPC, from its description alone.

Sources: Amazon VPC User Guide, "Route tables", "NAT gateways" and "Security group rules"; AWS PrivateLink Guide,
"Gateway endpoints" and "Access an AWS service using an interface VPC endpoint".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network

from rehearsal.network.model import (
    EVERYWHERE,
    Destination,
    Route,
    SecurityGroup,
    SecurityGroupRule,
    Unreachable,
    VpcAttachment,
    VpcEndpoint,
    VpcNetwork,
)
from rehearsal.service_model.aws_behavior import aws_behavior

_CURE = "add it to the stack's network.endpoints"


@aws_behavior(
    'Amazon VPC User Guide, "Route tables"',
    'Amazon VPC User Guide, "Security group rules"',
    'AWS PrivateLink Guide, "Gateway endpoints"',
    'AWS CodeBuild User Guide, "Use AWS CodeBuild with Amazon Virtual Private Cloud"',
)
def reachable(network: VpcNetwork, source: VpcAttachment, destination: Destination) -> Route | Unreachable:
    """Traffic leaves a VPC only by routes, endpoints and security groups that let it through.

    An interface endpoint with private DNS takes all of its service's traffic, whether it lets it in or not. A gateway
    endpoint takes that of the subnets whose route tables it is in. All else needs a route to a NAT gateway.
    """
    unknown = [subnet for subnet in source.subnets if subnet not in network.subnets]
    if unknown or not source.subnets:
        return Unreachable(f"{', '.join(unknown) or 'no subnet'} is not in {network.id}")
    if not source.security_groups:
        return Unreachable(f"it has no security group in {network.id}, so that nothing lets it out")
    ways = _by_endpoints(network, source, destination)
    open_way = next((way for way in ways if isinstance(way, Route)), None)
    taken = any(_takes_names(network, endpoint) for endpoint in _serving(network, destination))
    if open_way or (ways and taken):
        return open_way or ways[-1]
    internet = _by_internet(network, source, destination.port)
    if isinstance(internet, Route):
        return internet
    if ways or not destination.service:
        return ways[-1] if ways else internet
    return Unreachable(f"{network.id} has no endpoint {destination.service}: {_CURE}; and {internet.reason}")


def _serving(network: VpcNetwork, destination: Destination) -> list[VpcEndpoint]:
    return [each for each in network.endpoints if destination.service and each.service == destination.service]


def _by_endpoints(network: VpcNetwork, source: VpcAttachment, destination: Destination) -> list[Route | Unreachable]:
    return [
        (_by_gateway if endpoint.gateway else _by_interface)(network, source, endpoint, destination.port)
        for endpoint in _serving(network, destination)
    ]


def _takes_names(network: VpcNetwork, endpoint: VpcEndpoint) -> bool:
    return not endpoint.gateway and endpoint.private_dns and network.resolves_private_names


def _by_gateway(network: VpcNetwork, source: VpcAttachment, endpoint: VpcEndpoint, port: int) -> Route | Unreachable:
    for subnet in source.subnets:
        table = network.subnets[subnet].table.id
        if table not in endpoint.route_tables:
            return Unreachable(
                f"gateway endpoint {endpoint.id} ({endpoint.service}) is not in {table}, the route table of {subnet}: "
                "associate the endpoint with it"
            )
    for rule in _rules(network, source.security_groups, lambda group: group.egress, port):
        if rule.cidr == EVERYWHERE or (rule.prefix_list and rule.prefix_list == endpoint.prefix_list):
            return Route(endpoint.id)
    return Unreachable(
        f"{_names(source.security_groups)} lets nothing out on {port} to {endpoint.prefix_list or 'the prefix list'}, "
        f"the addresses of {endpoint.service}: add an egress rule to that prefix list"
    )


def _by_interface(network: VpcNetwork, source: VpcAttachment, endpoint: VpcEndpoint, port: int) -> Route | Unreachable:
    what = f"interface endpoint {endpoint.id} ({endpoint.service})"
    if not endpoint.subnets:
        return Unreachable(f"{what} is in no subnet, so that it has no address: give it subnets")
    if not _takes_names(network, endpoint):
        lacks = "private DNS" if not endpoint.private_dns else f"the DNS support or host names of {network.id}"
        return Unreachable(f"{what} lacks {lacks}, so that the service's name does not lead to it: switch it on")
    own = [network.subnets[subnet].cidr for subnet in source.subnets]
    theirs = [network.subnets[subnet].cidr for subnet in endpoint.subnets if subnet in network.subnets]
    outward = _rules(network, source.security_groups, lambda group: group.egress, port)
    if not any(rule.group in endpoint.security_groups or _holds(rule.cidr, theirs) for rule in outward):
        return Unreachable(
            f"{_names(source.security_groups)} lets nothing out on {port} to {_names(endpoint.security_groups)} of "
            f"{what}: add an egress rule to that group"
        )
    inward = _rules(network, endpoint.security_groups, lambda group: group.ingress, port)
    if not any(rule.group in source.security_groups or _holds(rule.cidr, own) for rule in inward):
        return Unreachable(
            f"{_names(endpoint.security_groups)} of {what} lets nothing in on {port} from "
            f"{_names(source.security_groups)}: add an ingress rule from that group"
        )
    return Route(endpoint.id)


def _by_internet(network: VpcNetwork, source: VpcAttachment, port: int) -> Route | Unreachable:
    cure = "set the stack's network.nat"
    for subnet in source.subnets:
        table = network.subnets[subnet].table
        target = table.default
        if not target:
            return Unreachable(f"{table.id}, the route table of {subnet}, has no route to the internet: {cure}")
        if target in network.internet_gateways:
            return Unreachable(
                f"{table.id} sends {subnet} to {target}, but what AWS attaches to a VPC has no public address: {cure}"
            )
        outer = network.subnets.get(network.nat_gateways.get(target, ""))
        if outer is None:
            return Unreachable(f"{table.id} sends {subnet} to {target}, which is no available NAT gateway: {cure}")
        if outer.table.default not in network.internet_gateways:
            return Unreachable(
                f"{target} is in a subnet whose route table {outer.table.id} has no route to an internet gateway"
            )
    if any(rule.cidr == EVERYWHERE for rule in _rules(network, source.security_groups, lambda g: g.egress, port)):
        return Route(None)
    return Unreachable(
        f"{_names(source.security_groups)} lets nothing out on {port} to the internet: "
        f"add an egress rule to {EVERYWHERE}"
    )


def _rules(
    network: VpcNetwork,
    groups: Iterable[str],
    side: Callable[[SecurityGroup], tuple[SecurityGroupRule, ...]],
    port: int,
) -> Iterator[SecurityGroupRule]:
    for group in groups:
        if group in network.groups:
            yield from (rule for rule in side(network.groups[group]) if rule.covers(port))


def _holds(cidr: str, ranges: list[str]) -> bool:
    """Whether a rule's range holds every one of the subnets' ranges."""
    if not cidr or ":" in cidr:
        return False
    return bool(ranges) and all(ip_network(each).subnet_of(ip_network(cidr)) for each in ranges)  # type: ignore[arg-type]


def _names(groups: Iterable[str]) -> str:
    return ", ".join(groups) or "no security group"
