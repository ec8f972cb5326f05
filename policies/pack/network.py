"""Resources of a NAT that the stack's settings ask for, and CIDRs that are open to the internet."""

from __future__ import annotations

import ipaddress
import re

from policies.pack.model import NotApplicable, StackResource
from policies.pack.stack_settings import asks_for_nat, stack_file

# Parts of the names that the platform's network gives to what leads to the internet (components/network.py).
_NAT = re.compile(r"(^|[-_])(nat|public|internet)([-_]|$)", re.IGNORECASE)


def exclude_nat(resource: StackResource) -> None:
    """Raises `NotApplicable` for a resource of a NAT, which `network.nat` of the stack's settings asks for.

    Neither is enough by itself: a name is given by whoever writes the resource, and with NAT the other routes and
    groups stay shut.
    """
    if _NAT.search(resource.name) and asks_for_nat(resource):
        raise NotApplicable(f"it is a NAT's, which network.nat of {stack_file(resource)} asks for")


def is_open(block: str) -> bool:
    """Whether a CIDR is public and wider than the widest private one, 10.0.0.0/8: two halves are the world too."""
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
    return network.prefixlen == 0 or (network.prefixlen < 8 and not network.is_private)
