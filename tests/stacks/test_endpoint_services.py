"""Endpoints and subnets are made where the region offers what they are for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assumptions.outcomes import failing
from rehearsal.services.ec2 import endpoint_services
from tests.stacks.region import ENDPOINT, NEEDED, SUBNET, Region, region_in


@pytest.fixture
def virginia(tmp_path: Path) -> Iterator[Region]:
    """us-east-1, with six zones."""
    yield from region_in(tmp_path, "us-east-1")


@pytest.fixture
def without_kms_in_b(monkeypatch: pytest.MonkeyPatch) -> None:
    """KMS is not offered in us-east-1b."""
    lacking = {**endpoint_services.LACKING, ("us-east-1", "kms"): ("use1-az1",)}
    monkeypatch.setattr(endpoint_services, "LACKING", lacking)


# ---- zones


def zones_in_use(region: Region) -> list[str]:
    subnets = sorted(region.resources(SUBNET).items())
    return [str(subnet.outputs["availabilityZone"]) for _, subnet in subnets]


def test_a_number_of_zones_is_the_first_by_name_as_it_always_was(virginia: Region) -> None:
    virginia.up(availabilityZones=4)
    assert zones_in_use(virginia) == ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"]


@pytest.mark.usefixtures("without_kms_in_b")
def test_a_number_of_zones_leaves_out_those_that_a_service_lacks(virginia: Region) -> None:
    virginia.up(availabilityZones=4)
    assert zones_in_use(virginia) == ["us-east-1a", "us-east-1c", "us-east-1d", "us-east-1e"]


def test_zones_by_id_are_used_in_their_order(virginia: Region) -> None:
    virginia.up(availabilityZones=["use1-az5", "use1-az6"])
    assert zones_in_use(virginia) == ["us-east-1f", "us-east-1a"]


# ---- services


def test_a_service_that_the_platform_does_not_use_itself_gets_an_endpoint_with_the_platforms_policy(
    virginia: Region,
) -> None:
    more = ["sagemaker.metrics", "sagemaker.featurestore-runtime", "athena", "codeartifact.api", "notebook"]
    virginia.up(endpoints=[*NEEDED, *more, "com.amazonaws.us-east-1.glue"])
    made = virginia.resources(ENDPOINT)
    policies = {name: str(endpoint.outputs["policy"]) for name, endpoint in made.items() if name != "endpoints-s3"}
    assert len(set(policies.values())) == 1
    assert "aws:PrincipalAccount" in policies["endpoints-sagemaker-metrics"]
    names = {name: endpoint.outputs["serviceName"] for name, endpoint in made.items()}
    assert names["endpoints-notebook"] == "aws.sagemaker.us-east-1.notebook"
    assert names["endpoints-glue"] == "com.amazonaws.us-east-1.glue"
    assert names["endpoints-codeartifact-api"] == "com.amazonaws.us-east-1.codeartifact.api"


def limited(region: Region) -> dict[str, bool]:
    """Whether an endpoint's policy is the platform's, by its service."""
    made = region.resources(ENDPOINT)
    return {
        name.removeprefix("endpoints-"): "aws:PrincipalAccount" in str(endpoint.outputs["policy"])
        for name, endpoint in made.items()
    }


def test_codepipelines_endpoint_has_the_policy_that_its_service_takes(virginia: Region) -> None:
    virginia.up(endpoints=[*NEEDED, "codepipeline"])
    assert limited(virginia)["codepipeline"]
    assert all(limited(virginia).values())


def test_codepipeline_gets_no_endpoint_where_its_service_takes_no_policy(virginia: Region) -> None:
    with failing(["endpoint-policy-on-codepipeline"]):
        virginia.up(endpoints=[*NEEDED, "codepipeline"])
    assert "codepipeline" not in limited(virginia)
    assert all(limited(virginia).values())


def test_an_endpoint_without_policy_is_made_only_where_the_settings_name_it_once_more(virginia: Region) -> None:
    open_ones = ["codepipeline", "appstream.api"]
    with failing(["endpoint-policy-on-codepipeline"]):
        virginia.up(endpoints=[*NEEDED, *open_ones], unlimitedEndpoints=open_ones)
    assert {service for service, holds in limited(virginia).items() if not holds} == {"codepipeline", "appstream-api"}
