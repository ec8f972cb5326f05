"""EC2: networks that exist already, as programs look them up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.service_model.data_source import DataSource, DataSourceFunction, DataSourceNotFound
from rehearsal.service_model.resource_type import Send, Values


def _zones(send: Send, region: str, arguments: Values) -> dict[str, Any]:
    filters = [{"Name": each["name"], "Values": each["values"]} for each in arguments.get("filters", [])]
    answer = send("DescribeAvailabilityZones", {"Filters": filters} if filters else {})
    excluded = {*arguments.get("excludeNames", []), *arguments.get("excludeZoneIds", [])}
    zones = [
        zone
        for zone in answer["AvailabilityZones"]
        if zone["State"] == arguments.get("state", zone["State"]) and not {zone["ZoneName"], zone["ZoneId"]} & excluded
    ]
    return {
        "id": region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": sorted({zone.get("GroupName") or region for zone in zones}),
    }


def _endpoint_service(send: Send, region: str, arguments: Values) -> dict[str, Any]:
    """The one service of the name and type. The provider looks for the type itself, among what EC2 answers."""
    name = arguments.get("serviceName") or f"com.amazonaws.{region}.{arguments['service']}"
    answer = send("DescribeVpcEndpointServices", {"ServiceNames": [name]})
    types = arguments.get("serviceType")
    found = [
        detail
        for detail in answer["ServiceDetails"]
        if types in (None, *(each["ServiceType"] for each in detail["ServiceType"]))
    ]
    if len(found) != 1:
        raise DataSourceNotFound(f"{len(found)} endpoint services match {dict(arguments)}: there must be one")
    [service] = found
    return {
        "id": service["ServiceId"],
        "serviceId": service["ServiceId"],
        "serviceName": service["ServiceName"],
        "serviceType": service["ServiceType"][0]["ServiceType"],
        "availabilityZones": service["AvailabilityZones"],
        "privateDnsName": service.get("PrivateDnsName", ""),
        "vpcEndpointPolicySupported": service["VpcEndpointPolicySupported"],
        "owner": service.get("Owner", ""),
        "acceptanceRequired": service["AcceptanceRequired"],
    }


def _region(send: Send, region: str, arguments: Values) -> dict[str, Any]:
    wanted = arguments.get("region") or arguments.get("name") or region
    endpoint = send("DescribeRegions", {"RegionNames": [wanted]})["Regions"][0]["Endpoint"]
    return {"id": wanted, "name": wanted, "region": wanted, "endpoint": endpoint}


def _dns(send: Send, arguments: Values) -> Values:
    def attribute(name: str) -> bool:
        answer = send("DescribeVpcAttribute", {"VpcId": arguments["id"], "Attribute": name})
        return bool(answer[name[0].upper() + name[1:]]["Value"])

    return {name: attribute(name) for name in ("enableDnsSupport", "enableDnsHostnames")}


def _prefix_list(send: Send, arguments: Values) -> Values:
    found = send("DescribeVpcEndpoints", {"VpcEndpointIds": [arguments["id"]]})
    name = found["VpcEndpoints"][0]["ServiceName"]
    filters = [{"Name": "prefix-list-name", "Values": [name]}]
    lists = send("DescribePrefixLists", {"Filters": filters})["PrefixLists"]
    return {"prefixListId": lists[0]["PrefixListId"]} if lists else {"prefixListId": ""}


def _filters(arguments: Values) -> Values:
    return {"Filters": [{"Name": each["name"], "Values": each["values"]} for each in arguments["filters"]]}


_ROUTE = (
    "{cidrBlock: not_null(DestinationCidrBlock, ''), ipv6CidrBlock: not_null(DestinationIpv6CidrBlock, ''), "
    "destinationPrefixListId: not_null(DestinationPrefixListId, ''), gatewayId: not_null(GatewayId, ''), "
    "egressOnlyGatewayId: not_null(EgressOnlyInternetGatewayId, ''), natGatewayId: not_null(NatGatewayId, '')}"
)
DATA_SOURCES: Mapping[str, DataSourceFunction] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getRegion:getRegion": _region,
    "aws:ec2/getVpc:getVpc": DataSource(
        operation="DescribeVpcs",
        parameters=lambda arguments: {"VpcIds": [arguments["id"]]},
        path="Vpcs[0]",
        tagged=True,
        outputs={
            "ownerId": "OwnerId",
            "cidrBlock": "CidrBlock",
            "state": "State",
            "dhcpOptionsId": "DhcpOptionsId",
            "cidrBlockAssociations": "CidrBlockAssociationSet[].{associationId: AssociationId, cidrBlock: CidrBlock, "
            "state: CidrBlockState.State}",
        },
        more_outputs=_dns,
    ),
    "aws:ec2/getVpcDhcpOptions:getVpcDhcpOptions": DataSource(
        operation="DescribeDhcpOptions",
        parameters=lambda arguments: {"DhcpOptionsIds": [arguments["dhcpOptionsId"]]},
        path="DhcpOptions[0]",
        tagged=True,
        outputs={
            "dhcpOptionsId": "DhcpOptionsId",
            "ownerId": "OwnerId",
            "domainName": "DhcpConfigurations[?Key=='domain-name'].Values[].Value | [0]",
            "domainNameServers": "DhcpConfigurations[?Key=='domain-name-servers'].Values[].Value",
        },
    ),
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": _endpoint_service,
    "aws:ec2/getSubnet:getSubnet": DataSource(
        operation="DescribeSubnets",
        parameters=lambda arguments: {"SubnetIds": [arguments["id"]]},
        path="Subnets[0]",
        tagged=True,
        outputs={
            "vpcId": "VpcId",
            "availabilityZone": "AvailabilityZone",
            "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
            "cidrBlock": "CidrBlock",
        },
    ),
    "aws:ec2/getRouteTable:getRouteTable": DataSource(
        operation="DescribeRouteTables",
        parameters=lambda arguments: {"RouteTableIds": [arguments["routeTableId"]]},
        path="RouteTables[0]",
        tagged=True,
        outputs={
            "vpcId": "VpcId",
            "routes": f"Routes[?GatewayId != 'local'].{_ROUTE}",
            "associations": "Associations[].{subnetId: not_null(SubnetId, ''), main: not_null(Main, `false`)}",
        },
    ),
    "aws:ec2/getSecurityGroup:getSecurityGroup": DataSource(
        operation="DescribeSecurityGroups",
        parameters=lambda arguments: {"GroupIds": [arguments["id"]]},
        path="SecurityGroups[0]",
        tagged=True,
        outputs={"vpcId": "VpcId", "name": "GroupName", "description": "Description"},
    ),
    "aws:vpc/getSecurityGroupRules:getSecurityGroupRules": DataSource(
        operation="DescribeSecurityGroupRules",
        parameters=_filters,
        path="@",
        outputs={"ids": "SecurityGroupRules[].SecurityGroupRuleId"},
    ),
    "aws:vpc/getSecurityGroupRule:getSecurityGroupRule": DataSource(
        operation="DescribeSecurityGroupRules",
        parameters=lambda arguments: {"SecurityGroupRuleIds": [arguments["securityGroupRuleId"]]},
        path="SecurityGroupRules[0]",
        outputs={
            "securityGroupId": "GroupId",
            "isEgress": "IsEgress",
            "ipProtocol": "IpProtocol",
            "fromPort": "FromPort",
            "toPort": "ToPort",
            "cidrIpv4": "CidrIpv4",
            "cidrIpv6": "CidrIpv6",
            "prefixListId": "PrefixListId",
            "referencedSecurityGroupId": "ReferencedGroupInfo.GroupId",
        },
    ),
    "aws:ec2/getVpcEndpoint:getVpcEndpoint": DataSource(
        operation="DescribeVpcEndpoints",
        parameters=lambda arguments: {"VpcEndpointIds": [arguments["id"]]},
        path="VpcEndpoints[0]",
        outputs={
            "vpcId": "VpcId",
            "state": "State",
            "serviceName": "ServiceName",
            "vpcEndpointType": "VpcEndpointType",
            "policy": "PolicyDocument",
            "privateDnsEnabled": "PrivateDnsEnabled",
            "routeTableIds": "RouteTableIds",
            "securityGroupIds": "Groups[].GroupId",
            "subnetIds": "SubnetIds",
        },
        more_outputs=_prefix_list,
    ),
}
