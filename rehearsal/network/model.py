"""A VPC as far as traffic is concerned: subnets, route tables, gateways, endpoints and security groups.

Words are EC2's (Amazon EC2 API Reference). Addresses are IPv4. Network ACLs are not looked at: the platform makes
none, and a VPC's default one lets everything pass (Amazon VPC User Guide, "Default network ACL for a VPC").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYWHERE = "0.0.0.0/0"
HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class VpcAttachment:
    """Where something is attached to a VPC: the VPC's account and region, subnets and security groups by id.

    AWS picks one of the subnets, so that what is reached must be reached from each of them.
    """

    account: str
    region: str
    vpc: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SecurityGroupRule:
    """What a rule lets pass. `protocol` is `tcp`, `-1` for all, or another; ports are None where all are meant."""

    protocol: str
    from_port: int | None = None
    to_port: int | None = None
    cidr: str = ""
    group: str = ""
    prefix_list: str = ""

    def covers(self, port: int) -> bool:
        """Whether TCP to the port passes, wherever it goes."""
        if self.protocol == "-1":
            return True
        return self.protocol == "tcp" and (self.from_port or 0) <= port <= (
            65535 if self.to_port is None else self.to_port
        )


@dataclass(frozen=True, kw_only=True)
class SecurityGroup:
    """A security group's rules."""

    egress: tuple[SecurityGroupRule, ...] = ()
    ingress: tuple[SecurityGroupRule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RouteTable:
    """A route table: `default` is the target of 0.0.0.0/0, such as `nat-…` or `igw-…`, empty where there is none."""

    id: str
    default: str = ""


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet, and the table that its traffic is routed by: its own, or the VPC's main one."""

    cidr: str
    table: RouteTable


@dataclass(frozen=True, kw_only=True)
class VpcEndpoint:
    """A VPC endpoint. Gateway endpoints have route tables and a prefix list, interface endpoints the rest."""

    id: str
    service: str
    gateway: bool
    route_tables: tuple[str, ...] = ()
    prefix_list: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    private_dns: bool = False


@dataclass(frozen=True, kw_only=True)
class VpcNetwork:
    """One VPC. `nat_gateways` maps a public, available NAT gateway to its subnet; `internet_gateways` are attached."""

    id: str
    resolves_private_names: bool = True
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    endpoints: tuple[VpcEndpoint, ...] = ()
    groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    nat_gateways: Mapping[str, str] = field(default_factory=dict)
    internet_gateways: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Destination:
    """What is asked for: a host and a TCP port; `service` is the endpoint service behind the host, if there is one."""

    host: str
    port: int = HTTPS
    service: str = ""


@dataclass(frozen=True)
class Route:
    """The way that traffic takes: through a VPC endpoint of that id, or with None through NAT to the internet."""

    endpoint: str | None


@dataclass(frozen=True)
class Unreachable:
    """Why there is no way, and what would make one."""

    reason: str
