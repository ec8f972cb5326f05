"""Addresses of a VPC."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.addresses import plan


@given(st.integers(16, 22), st.integers(1, 4))
def test_subnets_lie_in_the_vpc_and_never_overlap(prefix: int, zones: int) -> None:
    vpc = ipaddress.IPv4Network(f"10.64.0.0/{prefix}")
    found = plan(str(vpc), zones)
    blocks = [ipaddress.IPv4Network(block) for block in (*found.private, *found.public)]
    assert len(found.private) == len(found.public) == zones
    assert all(block.subnet_of(vpc) for block in blocks)
    assert not any(a.overlaps(b) for i, a in enumerate(blocks) for b in blocks[:i])


def test_another_zone_moves_nothing() -> None:
    assert plan("10.0.0.0/16", 3).private[:2] == plan("10.0.0.0/16", 2).private
    assert plan("10.0.0.0/16", 3).public[:2] == plan("10.0.0.0/16", 2).public


def test_five_zones_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 4"):
        plan("10.0.0.0/16", 5)
