"""EC2 refuses endpoints that a region, a zone or a service does not allow, and gives VPCs their DNS server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assumptions.outcomes import failing
from rehearsal.aws.cloud import Cloud
from rehearsal.services.ec2 import endpoint_services

ACCOUNT, REGION = "111111111111", "us-east-1"
POLICY = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}], "Version": "2012-10-17"}
)


@pytest.fixture
def ec2(tmp_path: Path) -> Iterator[Any]:
    """EC2 as the owner of an empty account."""
    with Cloud(REGION, tmp_path / "requests.jsonl") as cloud:
        yield cloud.client(cloud.owner(ACCOUNT, REGION), "ec2", REGION)


def endpoint(ec2: Any, service: str, zone: str = "a", policy: str | None = POLICY) -> dict[str, Any]:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/20", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
    made: dict[str, Any] = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.{service}",
        VpcEndpointType="Interface",
        SubnetIds=[subnet["SubnetId"]],
        **({"PolicyDocument": policy} if policy else {}),
    )["VpcEndpoint"]
    return made


def service(ec2: Any, name: str) -> dict[str, Any]:
    [found] = ec2.describe_vpc_endpoint_services(ServiceNames=[f"com.amazonaws.{REGION}.{name}"])["ServiceDetails"]
    result: dict[str, Any] = found
    return result


@pytest.mark.aws_behavior("refuse_zone_without_service")
def test_an_endpoint_in_a_zone_without_its_service_is_refused(ec2: Any) -> None:
    assert f"{REGION}e" not in service(ec2, "lambda")["AvailabilityZones"]
    with pytest.raises(ClientError, match="lambda does not support the availability zone of the subnet: subnet-"):
        endpoint(ec2, "lambda", "e")
    assert endpoint(ec2, "lambda", "d")["State"] == "available"
    assert endpoint(ec2, "kms", "e")["State"] == "available"


@pytest.mark.aws_behavior("refuse_zone_without_service")
def test_a_subnet_in_such_a_zone_is_refused_for_an_endpoint_that_is_there(ec2: Any) -> None:
    made = endpoint(ec2, "lambda", "a")
    subnet = ec2.create_subnet(VpcId=made["VpcId"], CidrBlock="10.0.16.0/20", AvailabilityZone=f"{REGION}e")["Subnet"]
    with pytest.raises(ClientError, match="does not support the availability zone"):
        ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], AddSubnetIds=[subnet["SubnetId"]])


@pytest.mark.aws_behavior("refuse_policy_that_service_lacks")
def test_a_policy_is_refused_by_a_service_that_takes_none(ec2: Any) -> None:
    assert service(ec2, "appstream.api")["VpcEndpointPolicySupported"] is False
    with pytest.raises(ClientError, match=r"appstream\.api only supports the full-access endpoint policy"):
        endpoint(ec2, "appstream.api")
    made = endpoint(ec2, "appstream.api", policy=None)
    assert '"Principal":"*"' in made["PolicyDocument"]
    with pytest.raises(ClientError, match="only supports the full-access endpoint policy"):
        ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], PolicyDocument=POLICY)


@pytest.mark.aws_behavior("refuse_policy_that_service_lacks")
def test_codepipeline_takes_a_policy_or_none_as_the_assumption_falls(ec2: Any) -> None:
    assert service(ec2, "codepipeline")["VpcEndpointPolicySupported"] is True
    assert endpoint(ec2, "codepipeline")["PolicyDocument"] == POLICY
    with failing(["endpoint-policy-on-codepipeline"]):
        assert service(ec2, "codepipeline")["VpcEndpointPolicySupported"] is False
        with pytest.raises(ClientError, match="only supports the full-access endpoint policy"):
            endpoint(ec2, "codepipeline")
        assert endpoint(ec2, "codepipeline", policy=None)["State"] == "available"


@pytest.mark.aws_behavior("refuse_service_that_region_lacks")
def test_an_endpoint_of_a_service_that_the_region_lacks_is_refused(ec2: Any) -> None:
    with pytest.raises(ClientError, match=r"InvalidServiceName.*sagemaker\.metric' does not exist"):
        endpoint(ec2, "sagemaker.metric")
    assert endpoint(ec2, "sagemaker.metrics")["State"] == "available"


def test_services_keep_their_ids_and_are_offered_in_zones_of_their_region(ec2: Any) -> None:
    first, second = endpoint_services.offered(ACCOUNT, REGION), endpoint_services.offered(ACCOUNT, REGION)
    assert first == second
    assert len({detail["ServiceName"] for detail in first}) == len(first)
    zones = {each["ZoneName"] for each in ec2.describe_availability_zones()["AvailabilityZones"]}
    assert all({*detail["AvailabilityZones"]} <= zones for detail in first)


@pytest.mark.aws_behavior("default_dhcp_options")
def test_a_new_vpc_has_amazons_dns_server_until_its_options_are_changed(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    def servers() -> list[str]:
        [found] = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
        [options] = ec2.describe_dhcp_options(DhcpOptionsIds=[found["DhcpOptionsId"]])["DhcpOptions"]
        return [
            value["Value"]
            for each in options["DhcpConfigurations"]
            if each["Key"] == "domain-name-servers"
            for value in each["Values"]
        ]

    assert servers() == ["AmazonProvidedDNS"]
    own = [{"Key": "domain-name-servers", "Values": ["10.0.0.53"]}]
    options = ec2.create_dhcp_options(DhcpConfigurations=own)["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
    assert servers() == ["10.0.0.53"]
    ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc)
    assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["DhcpOptionsId"] == "default"
