"""Zones and endpoint services in a stack file: which may be asked for, before AWS is asked which it offers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES

from catalog.scope import partition_of
from settings import aws_names
from settings.aws_names import NEEDED
from settings.check import check
from settings.closed_lists import closed_list, lacking_in, zones_of
from settings.load import from_file
from settings.model import DataScienceSettings, WorkloadSettings
from settings.network_values import GATEWAYS, MOST_ZONES, zone_choice
from settings.of_region import elsewhere, zone_prefix
from tests.settings.folder import Folder

EVERY_JOBS = "[kms, sts, logs"
KNOWN_ZONES = sorted({zone.zone_id for zones in RegionsAndZonesBackend.zones.values() for zone in zones})


def with_endpoints(folder: Folder, *services: str) -> list[str]:
    folder.change("dev", "[kms, sts, logs, ecr.api]", f"{', '.join([EVERY_JOBS, *services])}]")
    return [str(problem) for problem in check(folder.path)]


def with_zones(folder: Folder, zones: str) -> list[str]:
    folder.change("staging", "availabilityZones: 2", f"availabilityZones: {zones}")
    return [str(problem) for problem in check(folder.path)]


# ---- services


@pytest.mark.parametrize(
    "services",
    [
        ("sagemaker.metrics",),
        ("sagemaker.featurestore-runtime", "athena"),
        ("codeartifact.api", "codeartifact.repositories"),
        ("studio", "notebook", "sagemaker.api-fips"),
        ("com.amazonaws.eu-west-1.something-new", "aws.api.eu-west-1.kendra-ranking"),
    ],
)
def test_a_service_that_the_platform_does_not_use_itself_can_be_named(folder: Folder, services: tuple[str]) -> None:
    assert with_endpoints(folder, *services) == []
    found = from_file(folder.file("dev"))
    assert isinstance(found, DataScienceSettings)
    assert found.network.endpoints == ("kms", "sts", "logs", *services)


def test_a_misspelt_service_is_refused_with_the_nearest(folder: Folder) -> None:
    [message] = with_endpoints(folder, "sagemaker.metric")
    assert "network.endpoints[3] = 'sagemaker.metric'" in message
    assert "did you mean sagemaker.metrics?" in message
    assert "written with its whole name" in message


@pytest.mark.parametrize("service", GATEWAYS)
def test_a_service_without_an_interface_endpoint_of_its_own_name_is_refused(folder: Folder, service: str) -> None:
    [message] = with_endpoints(folder, service)
    assert "is no interface endpoint" in message


@pytest.mark.parametrize("name", ["com.amazonaws.eu-west-1", "com.amazonaws.eu-west-1.", "org.x.eu-west-1.y", "a b"])
def test_a_whole_name_has_its_parts(folder: Folder, name: str) -> None:
    assert "is no endpoint service that is known here" in with_endpoints(folder, f"'{name}'")[0]


def test_a_whole_name_of_another_region_is_refused(folder: Folder) -> None:
    [message] = with_endpoints(folder, "com.amazonaws.us-east-1.athena")
    assert "Pulumi.dev.yaml:13  network.endpoints[3] = 'com.amazonaws.us-east-1.athena'" in message
    assert "is of another region" in message


@pytest.mark.parametrize("name", ["athena", "com.amazonaws.eu-west-1.athena"])
def test_a_service_is_the_same_by_its_short_and_its_whole_name(folder: Folder, name: str) -> None:
    folder.change("dev", "ecr.api]", f"{name}]\n    unlimitedEndpoints: [com.amazonaws.eu-west-1.athena]")
    assert check(folder.path) == []
    found = from_file(folder.file("dev"))
    assert isinstance(found, DataScienceSettings)
    assert found.network.endpoints == ("kms", "sts", "logs", "athena")
    assert found.network.unlimited_endpoints == ("athena",)


def test_the_services_of_sagemaker_have_a_whole_name_of_their_own(folder: Folder) -> None:
    assert with_endpoints(folder, "aws.sagemaker.eu-west-1.studio") == []
    found = from_file(folder.file("dev"))
    assert isinstance(found, DataScienceSettings)
    assert found.network.endpoints[3] == "studio"


def test_a_service_by_both_of_its_names_is_named_twice(folder: Folder) -> None:
    [message] = with_endpoints(folder, "com.amazonaws.eu-west-1.kms")
    assert "names kms twice" in message


@pytest.mark.parametrize("service", GATEWAYS)
def test_a_gateway_is_no_interface_endpoint_by_its_whole_name_either(folder: Folder, service: str) -> None:
    [message] = with_endpoints(folder, f"com.amazonaws.eu-west-1.{service}")
    assert "is no interface endpoint" in message


def test_a_workload_account_keeps_the_endpoints_that_its_endpoints_are_checked_through(folder: Folder) -> None:
    line = "    availabilityZones: 2"
    folder.change("staging", line, f"{line}\n    endpoints: [kms, sts, logs, ecr.api, ecr.dkr, sagemaker.api]")
    [message] = [str(problem) for problem in check(folder.path)]
    assert "network.endpoints" in message
    assert "lacks monitoring, sagemaker.runtime" in message


def test_only_endpoints_are_without_a_policy(folder: Folder) -> None:
    folder.change("dev", "ecr.api]", "ecr.api]\n    unlimitedEndpoints: [ecr.api, codepipeline]")
    [message] = [str(problem) for problem in check(folder.path)]
    assert "network.unlimitedEndpoints" in message
    assert "names codepipeline, which is none of endpoints" in message
    folder.change("dev", "[ecr.api, codepipeline]", "[ecr.api]")
    assert check(folder.path) == []


@given(st.sampled_from(sorted(closed_list("endpoint-services"))))
def test_every_service_that_moto_knows_is_known(service: str) -> None:
    assert service in {*AWS_ENDPOINT_SERVICES, *aws_names.MORE_SERVICES, *aws_names.SAGEMAKER_SERVICES}
    assert service not in GATEWAYS


def test_the_list_of_services_is_what_the_models_say() -> None:
    assert sorted(closed_list("endpoint-services")) == aws_names.endpoint_services()


# ---- zones


@pytest.mark.parametrize("zones", ["2", "3", "[euw1-az1, euw1-az2]", "[euw1-az3, euw1-az1, euw1-az2]"])
def test_zones_are_a_number_or_ids_in_the_order_of_the_subnets(folder: Folder, zones: str) -> None:
    assert with_zones(folder, zones) == []
    found = from_file(folder.file("staging"))
    assert isinstance(found, WorkloadSettings)
    given_zones = found.network.availability_zones
    assert given_zones == (int(zones) if zones.isdigit() else tuple(zones.strip("[]").split(", ")))


@pytest.mark.parametrize(
    ("zones", "part"),
    [
        ("1", "must be at least 2: zones in use, one private subnet in each; an endpoint in a VPC needs two"),
        ("5", "must be at most 4"),
        ("[euw1-az1]", "must be at least 2"),
        ("[euw1-az1, euw1-az2, euw1-az3, euw1-az4, euw1-az5]", "must be at most 4"),
        ("[euw1-az1, euw1-az1]", "names euw1-az1 twice"),
        ("[eu-west-1a, eu-west-1b]", "names eu-west-1a, which is another place in each account"),
        ("[euw1-az0, euw1-az1]", "has 'euw1-az0', which is no id of a zone"),
        ("[euw1-az01, euw1-az2]", "has 'euw1-az01', which is no id of a zone"),
        ("[euw1-az1, use1-az1]", "names use1-az1, which is no zone of eu-west-1: ids of its zones begin with euw1-az"),
        ("[euw2-az1, euw2-az2]", "names euw2-az1, which is no zone of eu-west-1"),
        ("[euw1-az1, a]", "has 'a', which is no id of a zone"),
        ("[euw1-az1, 2]", "has '2', which is no id of a zone"),
        ("true", "must be a whole number"),
        ("2.5", "must be a whole number"),
        ("all", "or a list of zone ids such as [euw1-az1, euw1-az2]"),
    ],
)
def test_other_zones_are_refused(folder: Folder, zones: str, part: str) -> None:
    [message] = with_zones(folder, zones)
    assert "Pulumi.staging.yaml:15  network.availabilityZones" in message
    assert part in message


@given(st.lists(st.sampled_from(KNOWN_ZONES), min_size=1, max_size=MOST_ZONES, unique=True))
def test_every_zone_that_moto_knows_has_the_form(zones: list[str]) -> None:
    assert zone_choice(1, "")(zones) == tuple(zones)


@pytest.mark.parametrize("region", sorted(RegionsAndZonesBackend.zones))
def test_zones_of_every_region_that_moto_knows_begin_with_the_regions_code(region: str) -> None:
    zones = RegionsAndZonesBackend.zones[region]
    assert all(zone.zone_id.startswith(f"{zone_prefix(region)}-az") for zone in zones)


def test_zones_of_a_region_without_published_ids_are_left_to_aws() -> None:
    assert zone_prefix("us-iso-east-1") is None


@given(st.integers(-2, 10))
def test_a_number_of_zones_has_its_bounds(count: int) -> None:
    try:
        assert zone_choice(1, "why")(count) == count
    except ValueError:
        assert not 1 <= count <= MOST_ZONES
    else:
        assert 1 <= count <= MOST_ZONES


# ---- as many zones as a region has


def test_the_list_of_zones_is_what_its_source_says() -> None:
    assert {region: list(zones_of(region)) for region in aws_names.zones()} == aws_names.zones()


@pytest.mark.parametrize(
    "region", [each for each in sorted(closed_list("regions")) if not {*NEEDED} & lacking_in(each)]
)
@pytest.mark.parametrize("wanted", [1, 2, 3, 4])
def test_no_more_zones_are_asked_for_than_a_region_has(region: str, wanted: int) -> None:
    known = zones_of(region)
    found = [str(each) for each in elsewhere({"region": region, "network": {"availabilityZones": wanted}}, "x", {})]
    if not known or wanted <= len(known):
        assert found == []
        return
    [message] = found
    assert f"network.availabilityZones = {wanted}" in message
    assert f"{region} gives an account {len(known)} ({', '.join(known)}): ask for {len(known)} at most" in message


def test_zones_that_a_region_lacks_are_told_in_its_file(folder: Folder) -> None:
    [message] = with_zones(folder, "4")
    assert message.startswith("Pulumi.staging.yaml:15  network.availabilityZones = 4")
    assert "eu-west-1 gives an account 3" in message


@pytest.mark.parametrize("zones", ["[euw1-az1, euw1-az4]", "[euw1-az12, euw1-az2]"])
def test_an_id_beyond_all_of_a_regions_zones_is_no_zone(folder: Folder, zones: str) -> None:
    [message] = with_zones(folder, zones)
    assert "which is no zone of eu-west-1: there are euw1-az1, euw1-az2, euw1-az3" in message


def test_a_number_of_zones_that_no_vpc_has_is_told_once(folder: Folder) -> None:
    assert len(with_zones(folder, "5")) == 1


@pytest.mark.parametrize("region", ["eusc-de-east-1", "us-iso-east-1", "cn-north-1"])
def test_a_region_that_nobodys_list_has_is_left_to_aws(region: str) -> None:
    assert zones_of(region) == ()


@pytest.mark.parametrize(
    ("region", "missing"),
    [
        ("ap-southeast-7", "codepipeline"),
        ("us-iso-west-1", "api.sagemaker, codepipeline, runtime.sagemaker, s3"),
        ("eusc-de-east-1", "s3"),
        ("sa-west-1", "api.ecr, api.sagemaker, application-autoscaling, cloudformation and 17 more"),
    ],
)
def test_a_region_without_a_service_that_the_platform_is_made_of_is_refused(
    folder: Folder, region: str, missing: str
) -> None:
    path = folder.change("foundation-staging", "eu-west-1", region)
    path.write_text(path.read_text("utf-8").replace("arn:aws:", f"arn:{partition_of(region)}:"), encoding="utf-8")
    found = [str(problem) for problem in check(folder.path) if problem.file == "Pulumi.foundation-staging.yaml"]
    assert found == [
        f"Pulumi.foundation-staging.yaml:5  region = '{region}'  has no {missing} by what AWS publishes, and the "
        "platform is made of it: choose another"
    ]


@pytest.mark.parametrize(("region", "refused"), [("eu-central-2", True), ("eu-west-1", False)])
def test_a_detector_that_a_region_lacks_is_not_switched_on(folder: Folder, region: str, refused: bool) -> None:
    for stack in ("foundation-prod", "prod"):
        folder.change(stack, "eu-west-1", region)
    folder.change(
        "foundation-prod", "  mlops-platform:tags", "  mlops-platform:detection: {macie: true}\n  mlops-platform:tags"
    )
    found = [str(problem) for problem in check(folder.path) if "macie" in str(problem)]
    assert len(found) == refused
    assert all("detection.macie" in each and f"{region} has no macie2 by what AWS publishes" in each for each in found)
