"""Ranges that no VPC of the platform may have are refused before anything is made; the ones beside them pass."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.addresses import MOST_ZONES, plan
from settings.addresses import (
    LARGEST_PREFIX,
    RESERVED,
    RFC_1918,
    SMALLEST_PREFIX,
    SMALLEST_SUBNET,
    ReservedRange,
    pool_fault,
    private_fault,
    vpc_fault,
)
from settings.check import check
from settings.stack_files import read_stack_files
from tests.settings.accounts_file import LISTED, accounts, resolved
from tests.settings.folder import Folder

DOCKER = ipaddress.IPv4Network("172.17.0.0/16")
PREFIXES = st.integers(LARGEST_PREFIX, SMALLEST_PREFIX)


def problems(folder: Folder, cidr: str) -> list[str]:
    folder.change("dev", "10.10.0.0/16", cidr)
    return [str(problem) for problem in check(folder.path)]


def part_of(network: ipaddress.IPv4Network, prefix: int, place: int) -> ipaddress.IPv4Network:
    """One of the networks of a size that a network has room for; the network itself, if it is no larger."""
    size = max(prefix, network.prefixlen)
    step = 1 << (32 - size)
    start = int(network.network_address) + (place % (network.num_addresses // step)) * step
    return ipaddress.IPv4Network((start, size))


def test_the_range_of_dockers_bridge_is_refused_with_its_reason(folder: Folder) -> None:
    [message] = problems(folder, "172.17.0.0/16")
    assert "Pulumi.dev.yaml:12  network.cidr = '172.17.0.0/16'" in message
    assert "SageMaker's hosts use for Docker's bridge" in message
    assert "take another part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16" in message


@pytest.mark.parametrize(
    ("cidr", "part"),
    [
        ("10.1.0.0/255.255.0.0", "write it as 10.1.0.0/16"),
        ("10.1.0.0/0.0.255.255", "write it as 10.1.0.0/16"),
        ("10.1.0.0/016", "write it as 10.1.0.0/16"),
        ("10.1.0.0", "the prefix length is missing, as in 10.1.0.0/16"),
    ],
)
def test_a_network_is_written_as_aws_reads_it(cidr: str, part: str) -> None:
    assert part in str(vpc_fault(cidr))
    assert "not an IPv4 network in CIDR form" in str(pool_fault(cidr))
    assert vpc_fault("10.1.0.0/16") is None
    assert pool_fault("10.0.0.0/8") is None


@pytest.mark.parametrize("cidr", ["172.17.0.0/22", "172.17.252.0/22", "172.17.128.0/17"])
def test_a_part_of_dockers_bridge_is_refused(folder: Folder, cidr: str) -> None:
    assert "is part of 172.17.0.0/16" in problems(folder, cidr)[0]


@pytest.mark.parametrize("cidr", ["172.16.0.0/16", "172.18.0.0/16", "172.16.252.0/22", "172.18.0.0/22"])
def test_the_networks_beside_dockers_bridge_pass(folder: Folder, cidr: str) -> None:
    assert problems(folder, cidr) == []


@pytest.mark.parametrize(
    ("cidr", "reason"),
    [
        ("169.254.0.0/16", "link-local"),
        ("127.0.0.0/16", "each host's own"),
        ("224.0.0.0/16", "multicast"),
        ("240.0.0.0/16", "is reserved"),
        ("100.64.0.0/16", "shared with carriers"),
        ("198.19.0.0/16", "AWS restricts it"),
        ("0.0.0.0/16", "this network"),
        ("11.0.0.0/16", "not a private network"),
    ],
)
def test_a_reserved_range_is_refused_with_its_reason(folder: Folder, cidr: str, reason: str) -> None:
    [message] = problems(folder, cidr)
    assert reason in message
    assert "not a private network" in message


@pytest.mark.parametrize(("prefix", "fits"), [(15, False), (16, True), (22, True), (23, False), (28, False)])
def test_a_vpc_has_the_sizes_that_leave_room_for_jobs(prefix: int, fits: bool) -> None:
    assert (vpc_fault(f"10.0.0.0/{prefix}") is None) == fits


def test_a_network_around_dockers_bridge_overlaps_it() -> None:
    assert "overlaps 172.17.0.0/16" in str(private_fault(ipaddress.IPv4Network("172.16.0.0/12")))


@given(st.sampled_from(RESERVED), PREFIXES, st.integers(min_value=0))
def test_no_part_of_a_reserved_range_is_a_vpc(reserved: ReservedRange, prefix: int, place: int) -> None:
    network = reserved.network
    fault = vpc_fault(str(part_of(network, prefix, place)))
    assert fault is not None
    assert reserved.why in fault


@given(st.sampled_from(RFC_1918), PREFIXES, st.integers(min_value=0), st.integers(1, MOST_ZONES))
def test_every_other_private_network_is_a_vpc_whose_subnets_ec2_takes(
    private: ipaddress.IPv4Network, prefix: int, place: int, zones: int
) -> None:
    network = part_of(private, prefix, place)
    assert (vpc_fault(str(network)) is None) == (not network.overlaps(DOCKER))
    blocks = [ipaddress.IPv4Network(block) for row in zip(*_kinds(str(network), zones), strict=True) for block in row]
    assert all(block.subnet_of(network) and block.prefixlen <= SMALLEST_SUBNET for block in blocks)
    assert not any(one.overlaps(other) for i, one in enumerate(blocks) for other in blocks[:i])


def _kinds(cidr: str, zones: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    blocks = plan(cidr, zones)
    return blocks.private, blocks.public


def test_a_pool_may_hold_a_reserved_range_and_not_lie_in_one() -> None:
    assert pool_fault("172.16.0.0/12") is None
    assert "is part of 172.17.0.0/16" in str(pool_fault("172.17.0.0/20"))
    assert "not a private network" in str(pool_fault("100.64.0.0/10"))


def test_networks_that_are_taken_from_a_pool_leave_dockers_bridge_out(folder: Folder) -> None:
    pool = LISTED.replace("addresses: 10.64.0.0/16", "addresses: 172.16.0.0/12\nnetworkPrefix: 16")
    accounts(folder, pool)
    resolved(folder).write(folder.path)
    assert check(folder.path) == []
    files = read_stack_files(folder.path).by_stack
    given = [files[f"prod-{account}"].valid_values["network"]["cidr"] for account in ("012345678901", "555555555555")]
    assert given == ["172.16.0.0/16", "172.18.0.0/16"]
