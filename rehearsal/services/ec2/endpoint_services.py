"""Endpoint services as a region offers them: which there are, in which zones, and whether they take a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from moto.core.base_backend import BaseBackend
from moto.ec2.exceptions import InvalidParameter, InvalidServiceName
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, VPCBackend

from assumptions.entries.endpoint_policy_on_codepipeline import ASSUMPTION as POLICY_ON_CODEPIPELINE
from assumptions.outcomes import holds
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.patches import Patches

# Zones, by id, that a service is not offered in. Sources: awslabs/aws-orbit-workbench, issue 320 (Lambda);
# terraform-aws-modules/terraform-aws-vpc, issue 462 (three of six zones for SMTP). Neither names ids: these stand for
# them.
LACKING: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("us-east-1", "lambda"): ("use1-az3",),
    ("us-east-1", "email-smtp"): ("use1-az3", "use1-az5", "use1-az6"),
}
# Services that take no endpoint policy, whatever the assumption says of CodePipeline's.
# Source: AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink", the list at its end.
WITHOUT_POLICY = frozenset(
    {"appmesh-envoy-management", "apprunner.requests", "appstream.api", "appstream.streaming", "awsconnector"}
    | {"email-smtp", "transfer.server"}
)
GATEWAYS = ("s3", "dynamodb", "s3express")
OF_SAGEMAKER = ("experiments", "notebook", "partner-app", "studio")
# AWS's answer for an endpoint that was made without a policy.
FULL_ACCESS = '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}'


def patch(patches: Patches) -> None:
    """Let services be offered as AWS does, until the patches are undone."""
    patches.set(VPCBackend, "_collect_default_endpoint_services", staticmethod(offered))
    patches.wrap(VPCBackend, "create_vpc_endpoint", _create)
    patches.wrap(VPCBackend, "modify_vpc_endpoint", _modify)


def offered(_account: str, region: str) -> list[dict[str, Any]]:
    """Details of each endpoint service of a region, as DescribeVpcEndpointServices answers."""
    names = [name for name in dict.fromkeys(AWS_ENDPOINT_SERVICES) if name not in GATEWAYS]
    plain = [_detail(region, name, f"com.amazonaws.{region}.{name}") for name in names]
    gateways = [_detail(region, name, f"com.amazonaws.{region}.{name}", type_="Gateway") for name in GATEWAYS]
    return plain + gateways + [_detail(region, name, f"aws.sagemaker.{region}.{name}") for name in OF_SAGEMAKER]


def _detail(region: str, service: str, name: str, type_: str = "Interface") -> dict[str, Any]:
    [detail] = BaseBackend.default_vpc_endpoint_service_factory(
        region,
        service_zones(region, service),
        service,
        service_type=type_,
        policy_supported=_takes_policy(service),
        private_dns_names=type_ == "Interface",
    )
    if service in OF_SAGEMAKER:
        detail["PrivateDnsName"] = f"*.{service}.{region}.sagemaker.aws"
    # moto draws another id at each call.
    return {**detail, "ServiceName": name, "ServiceId": f"vpce-svc-{uuid5(NAMESPACE_DNS, name).hex[:17]}"}


def _takes_policy(service: str) -> bool:
    return service not in WITHOUT_POLICY and (service != "codepipeline" or holds(POLICY_ON_CODEPIPELINE))


def service_zones(region: str, service: str) -> list[str]:
    """Names of the zones that a service is offered in."""
    lacking = LACKING.get((region, service), ())
    return [zone.name for zone in RegionsAndZonesBackend.zones.get(region, []) if zone.zone_id not in lacking]


@aws_behavior(
    'Amazon EC2 API Reference, "CreateVpcEndpoint"',
    "terraform-aws-modules/terraform-aws-vpc, issue 462",
    "awslabs/aws-orbit-workbench, issue 320",
)
def _refuse_zone_without_service(backend: Any, detail: Mapping[str, Any], subnets: list[str]) -> None:
    """An endpoint is refused in a subnet whose zone the endpoint service is not offered in."""
    for subnet in subnets:
        if backend.get_subnet(subnet).availability_zone not in detail["AvailabilityZones"]:
            raise InvalidParameter(
                f"The VPC endpoint service {detail['ServiceName']} does not support the availability zone of the "
                f"subnet: {subnet}."
            )


@aws_behavior(
    "pulumi/pulumi-aws-native, issue 1711: the answer's words",
    'AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink": VpcEndpointPolicySupported',
)
def _refuse_policy_that_service_lacks(detail: Mapping[str, Any], policy: str | None) -> None:
    """An endpoint policy is refused where the endpoint service takes none: its endpoints let everything through."""
    if policy and not detail["VpcEndpointPolicySupported"]:
        raise InvalidParameter(f"Service {detail['ServiceName']} only supports the full-access endpoint policy.")


@aws_behavior('Amazon EC2 User Guide, "Error codes for the Amazon EC2 API": InvalidServiceName')
def _refuse_service_that_region_lacks(account: str, region: str, name: str) -> dict[str, Any]:
    """An endpoint is refused for a service that the region does not offer. Returns the service's details."""
    found = next((detail for detail in offered(account, region) if detail["ServiceName"] == name), None)
    if found is None:
        raise InvalidServiceName(name)
    return found


def _create(original: Callable[..., Any], backend: Any, **named: Any) -> Any:
    detail = _refuse_service_that_region_lacks(backend.account_id, backend.region_name, named["service_name"])
    _refuse_policy_that_service_lacks(detail, named["policy_document"])
    if str(named["endpoint_type"]).lower() == "interface":
        _refuse_zone_without_service(backend, detail, named["subnet_ids"] or [])
    return original(backend, **{**named, "policy_document": named["policy_document"] or FULL_ACCESS})


def _modify(original: Callable[..., Any], backend: Any, **named: Any) -> Any:
    endpoint = backend.get_vpc_end_point(named["vpc_id"])
    detail = _refuse_service_that_region_lacks(backend.account_id, backend.region_name, endpoint.service_name)
    _refuse_policy_that_service_lacks(detail, named["policy_doc"])
    _refuse_zone_without_service(backend, detail, named["add_subnets"] or [])
    return original(backend, **named)
