"""Resources of a NAT, which alone may reach the internet, and CIDRs that are open to the internet."""

from __future__ import annotations

import ipaddress
import re

from policies.pack.model import NotApplicable, StackResource

_NAT = re.compile(r"(^|[-_])nat([-_]|$)", re.IGNORECASE)


def exclude_nat(resource: StackResource) -> None:
    """Raises `NotApplicable` for a resource that is named as a NAT's."""
    if _NAT.search(resource.name):
        raise NotApplicable("it is named as a NAT's, whose purpose is the internet")


def is_open(block: str) -> bool:
    """Whether a CIDR is public and wider than the widest private one, 10.0.0.0/8: two halves are the world too."""
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
    return network.prefixlen == 0 or (network.prefixlen < 8 and not network.is_private)
