"""How a VPC's addresses are divided: pure arithmetic."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

MOST_ZONES = 4


@dataclass(frozen=True)
class AddressPlan:
    """CIDR blocks of the subnets, one of each kind to a zone, in the order of the zones."""

    private: tuple[str, ...]
    public: tuple[str, ...]


def plan(cidr: str, zones: int) -> AddressPlan:
    """Divide a VPC: an eighth to each zone's private subnet, a quarter of the fifth eighth to its public one.

    The place of a zone does not depend on how many there are, so adding one later moves nothing. Raises ValueError
    for more than four zones.
    """
    if not 1 <= zones <= MOST_ZONES:
        raise ValueError(f"{zones} zones: a VPC of the platform has 1 to {MOST_ZONES}")
    eighths = list(ipaddress.IPv4Network(cidr).subnets(prefixlen_diff=3))
    public = list(eighths[MOST_ZONES].subnets(prefixlen_diff=2))
    return AddressPlan(
        private=tuple(str(block) for block in eighths[:zones]),
        public=tuple(str(block) for block in public[:zones]),
    )
