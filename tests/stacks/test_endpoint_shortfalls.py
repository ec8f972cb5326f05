"""Endpoint services and zones that a region does not offer are told, all at once, before anything is made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rehearsal.services.ec2 import endpoint_services
from tests.stacks.owned import CIDRS, Owned
from tests.stacks.region import NEEDED, Region, region_in


@pytest.fixture(scope="module")
def virginia(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """us-east-1, with six zones; a stack that lacks something makes nothing, so one is enough for all."""
    yield from region_in(tmp_path_factory.mktemp("virginia"), "us-east-1")


def test_fewer_zones_than_asked_for_are_told_with_what_lacks_them(
    virginia: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = {**endpoint_services.LACKING, ("us-east-1", "athena"): ("use1-az3", "use1-az5", "use1-az6")}
    monkeypatch.setattr(endpoint_services, "LACKING", lacking)
    [message] = virginia.problems(availabilityZones=4, endpoints=[*NEEDED, "athena"])
    assert "network.availabilityZones: 4 are asked for, and every service is offered in 3 of " in message
    assert "use1-az6 (us-east-1a), use1-az1 (us-east-1b)" in message
    assert "(athena not in us-east-1a, us-east-1e, us-east-1f)" in message


def test_a_zone_by_id_that_a_service_lacks_is_told_with_the_service(virginia: Region) -> None:
    [message] = virginia.problems(availabilityZones=["use1-az1", "use1-az3"], endpoints=[*NEEDED, "lambda"])
    assert "network.availabilityZones: lambda is not offered in use1-az3 (us-east-1e)" in message


def test_a_zone_that_the_region_lacks_is_told_with_those_that_it_has(virginia: Region) -> None:
    [message] = virginia.problems(availabilityZones=["use1-az1", "use1-az9"])
    assert "names use1-az9, which is no zone of us-east-1: there are use1-az1, use1-az2" in message


def test_a_subnet_that_exists_where_a_service_is_not_is_told(virginia: Region) -> None:
    own = Owned(virginia.platform.world.cloud, "222222222222", CIDRS["staging"], "us-east-1")
    section = {"network": own.network(("a", "e"))}
    [message] = virginia.problems(section, endpoints=[*NEEDED, "lambda"])
    assert "existing.network.subnets: lambda is not offered in us-east-1e" in message


def test_services_that_the_region_lacks_are_all_told_at_once(virginia: Region) -> None:
    unknown = ["com.amazonaws.us-east-1.nothing", "ram"]
    found = virginia.problems(endpoints=[*NEEDED, *unknown, "appstream.api"])
    assert [line.split(" is ")[0].strip() for line in found[:2]] == [f"network.endpoints: {name}" for name in unknown]
    assert "does not exist" in found[0]
    assert "network.endpoints: appstream.api takes no endpoint policy, so that anybody's credentials" in found[2]
    assert "name it in network.unlimitedEndpoints too" in found[2]
    assert len(found) == 3
