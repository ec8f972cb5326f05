"""Address ranges that a VPC of the platform may have, and those that it must keep clear of."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

RFC_1918 = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
PRIVATE = ", ".join(str(network) for network in RFC_1918)
# Smallest subnet of a VPC. Source: Amazon VPC User Guide, "Subnet CIDR blocks".
SMALLEST_SUBNET = 28
# 16 to 28: Amazon VPC User Guide, "VPC CIDR blocks". Smaller than /22, four subnets and the interface endpoints leave
# too few addresses for jobs.
LARGEST_PREFIX, SMALLEST_PREFIX = 16, 22


@dataclass(frozen=True)
class ReservedRange:
    """A range that something else uses already, within or next to every VPC. `why` ends the sentence about it."""

    network: ipaddress.IPv4Network
    why: str


# Amazon VPC User Guide, "VPC CIDR blocks": services such as SageMaker "can experience IP address conflicts if the
# 172.17.0.0/16 IP address range is already in use anywhere in your network". Docker takes further ranges (172.18.0.0/16
# on) only for networks that somebody makes on a host, and not those that the host's own interface is in; no page of
# SageMaker names one.
DOCKER_BRIDGE = ReservedRange(
    ipaddress.IPv4Network("172.17.0.0/16"),
    "SageMaker's hosts use for Docker's bridge: what has such an address is not reached from their containers",
)
# Every range that is no private network is refused too; these have a reason of their own to name.
RESERVED = (
    DOCKER_BRIDGE,
    # RFC 6598. AWS lets a VPC have it; carriers and services' own networks use it, and no policy here expects it.
    ReservedRange(ipaddress.IPv4Network("100.64.0.0/10"), "is shared with carriers and with services' own networks"),
    # EC2 User Guide, "Instance metadata and user data"; Amazon VPC User Guide, "Amazon DNS server".
    ReservedRange(ipaddress.IPv4Network("169.254.0.0/16"), "is link-local: credentials, time and DNS come from it"),
    ReservedRange(ipaddress.IPv4Network("127.0.0.0/8"), "is each host's own"),
    # Amazon VPC User Guide, "VPC CIDR blocks": 198.19.0.0/16 is restricted.
    ReservedRange(ipaddress.IPv4Network("198.18.0.0/15"), "is for tests of networks, and AWS restricts it"),
    ReservedRange(ipaddress.IPv4Network("224.0.0.0/4"), "is multicast"),
    ReservedRange(ipaddress.IPv4Network("240.0.0.0/4"), "is reserved"),
    ReservedRange(ipaddress.IPv4Network("0.0.0.0/8"), 'is "this network"'),
)


def reserved_within(network: ipaddress.IPv4Network) -> ReservedRange | None:
    """The first reserved range that a network overlaps; None where it is clear of all."""
    return next((each for each in RESERVED if each.network.overlaps(network)), None)


def private_fault(network: ipaddress.IPv4Network) -> str | None:
    """Why a network cannot be a VPC's; None where it can. Its size is another question."""
    taken = reserved_within(network)
    if taken and taken.network.is_private and any(taken.network.subnet_of(private) for private in RFC_1918):
        overlap = "overlaps" if network.prefixlen <= taken.network.prefixlen else "is part of"
        return f"{overlap} {taken.network}, which {taken.why}: take another part of {PRIVATE}"
    if taken:
        return f"not a private network: {taken.network} {taken.why}: use a part of {PRIVATE}"
    if not any(network.subnet_of(private) for private in RFC_1918):
        return f"not a private network: use a part of {PRIVATE}"
    return None


def _form_fault(text: str, example: str) -> str | None:
    """Why a text is no network as AWS reads it: four plain numbers and a prefix length, and no address of a host."""
    form = f"not an IPv4 network in CIDR form such as {example}"
    if "/" not in text:
        return f"{form}: the prefix length is missing, as in {text}/{example.partition('/')[2]}"
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError as error:
        return f"{form} ({error})"
    # Python reads masks (/255.255.0.0) and leading zeros (/016) too; AWS reads neither.
    return None if str(network) == text else f"{form}: write it as {network}"


def vpc_fault(text: str) -> str | None:
    """Why a text is no range for a VPC of the platform; None where it is one."""
    if fault := _form_fault(text, "10.1.0.0/16"):
        return fault
    network = ipaddress.IPv4Network(text)
    if not LARGEST_PREFIX <= network.prefixlen <= SMALLEST_PREFIX:
        sizes = f"/{LARGEST_PREFIX} to /{SMALLEST_PREFIX}"
        return f"a VPC of the platform has a prefix of {sizes}, this has /{network.prefixlen}"
    return private_fault(network)


def pool_fault(text: str) -> str | None:
    """Why a text is no range to take VPCs from; None where it is one. It may hold reserved ranges, which are left."""
    if fault := _form_fault(text, "10.64.0.0/10"):
        return fault
    network = ipaddress.IPv4Network(text)
    taken = reserved_within(network)
    if taken and network.subnet_of(taken.network):
        return private_fault(network)
    if not any(network.subnet_of(private) for private in RFC_1918):
        return f"not a private network: use a part of {PRIVATE}"
    return None
