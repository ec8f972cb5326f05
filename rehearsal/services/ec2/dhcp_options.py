"""DHCP option sets of VPCs, of which moto gives a new VPC none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from moto.ec2.models.dhcp_options import DHCPOptionsSet, DHCPOptionsSetBackend
from moto.ec2.models.vpcs import VPC

from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

AMAZON_DNS = "AmazonProvidedDNS"
# What DescribeVpcs says of a VPC from which its options were taken.
NONE = "default"


def patch(patches: Patches) -> None:
    """Give VPCs their options, until the patches are undone."""
    patches.set(VPC, "dhcp_options_id", property(_options_of))
    patches.wrap(DHCPOptionsSetBackend, "disassociate_dhcp_options", _disassociate)
    patches.wrap(DHCPOptionsSetBackend, "associate_dhcp_options", _associate)
    patches.wrap(DHCPOptionsSetBackend, "describe_dhcp_options", _describe)


@aws_behavior('Amazon VPC User Guide, "DHCP option sets in Amazon VPC": the default DHCP option set')
def _default_dhcp_options(backend: Any) -> DHCPOptionsSet:
    """A new VPC has the default options of its account and region, whose DNS server is AmazonProvidedDNS."""
    id_ = f"dopt-{uuid5(NAMESPACE_DNS, f'{backend.account_id}-{backend.region_name}').hex[:17]}"
    if id_ not in backend.dhcp_options_sets:
        made = DHCPOptionsSet(backend, domain_name_servers=[AMAZON_DNS])
        made.id = id_
        backend.dhcp_options_sets[id_] = made
    found: DHCPOptionsSet = backend.dhcp_options_sets[id_]
    return found


def _options_of(vpc: Any) -> str:
    if vpc.dhcp_options:
        return str(vpc.dhcp_options.id)
    return NONE if vpc.__dict__.get("_without_options") else _default_dhcp_options(vpc.ec2_backend).id


def _disassociate(original: Callable[..., Any], backend: Any, vpc: Any) -> None:
    original(backend, vpc)
    vpc._without_options = True


def _associate(original: Callable[..., Any], backend: Any, dhcp_options: Any, vpc: Any) -> None:
    original(backend, dhcp_options, vpc)
    vpc._without_options = False


def _describe(original: Callable[..., Any], backend: Any, *arguments: Any, **named: Any) -> Any:
    _default_dhcp_options(backend)
    return original(backend, *arguments, **named)
