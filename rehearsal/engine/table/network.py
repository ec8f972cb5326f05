"""EC2: networks, routes, endpoints, addresses, flow logs."""

from __future__ import annotations

from typing import Any

from rehearsal.engine.table.row import Call, Read, Row, Values

_ARN = "arn:{partition}:ec2:{region}:{account}:"


def _found(operation: str, ids: str, at: str, **more: Any) -> Read:
    return Read(operation=operation, fills={ids: ["{id}"]}, at=at, **more)


def _attributes(operation: str, *names: str) -> tuple[Call, ...]:
    """One call for each: EC2 changes one attribute at a time."""
    return tuple(Call(operation=operation, takes=(name,)) for name in names)


def _vpc_attribute(name: str) -> Read:
    member = name[0].upper() + name[1:]
    fills = {"VpcId": "{id}", "Attribute": name}
    return Read(operation="DescribeVpcAttribute", fills=fills, gives={name: f"{member}.Value"}, only_gives=True)


def _in_vpc(operation: str, at: str, filters: dict[str, str], gives: dict[str, str]) -> Read:
    conditions = [{"Name": key, "Values": [value]} for key, value in filters.items()]
    return Read(operation=operation, fills={"Filters": conditions}, at=at, gives=gives, only_gives=True)


VPC = Row(
    type="aws:ec2/vpc:Vpc",
    service="ec2",
    create=Call(operation="CreateVpc"),
    id="Vpc.VpcId",
    then=_attributes(
        "ModifyVpcAttribute", "enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics"
    ),
    read=_found("DescribeVpcs", "VpcIds", "Vpcs[0]"),
    also=(
        _vpc_attribute("enableDnsSupport"),
        _vpc_attribute("enableDnsHostnames"),
        _in_vpc(
            "DescribeSecurityGroups",
            "SecurityGroups[0]",
            {"vpc-id": "{id}", "group-name": "default"},
            {"defaultSecurityGroupId": "GroupId"},
        ),
        _in_vpc(
            "DescribeRouteTables",
            "RouteTables[0]",
            {"vpc-id": "{id}", "association.main": "true"},
            {"mainRouteTableId": "RouteTableId", "defaultRouteTableId": "RouteTableId"},
        ),
        _in_vpc(
            "DescribeNetworkAcls",
            "NetworkAcls[0]",
            {"vpc-id": "{id}", "default": "true"},
            {"defaultNetworkAclId": "NetworkAclId"},
        ),
    ),
    delete=(Call(operation="DeleteVpc"),),
    gives={"arn": _ARN + "vpc/{id}"},
    tag_type="vpc",
)

SUBNET = Row(
    type="aws:ec2/subnet:Subnet",
    service="ec2",
    create=Call(operation="CreateSubnet"),
    id="Subnet.SubnetId",
    then=_attributes("ModifySubnetAttribute", "mapPublicIpOnLaunch", "assignIpv6AddressOnCreation"),
    read=_found("DescribeSubnets", "SubnetIds", "Subnets[0]"),
    delete=(Call(operation="DeleteSubnet"),),
    gives={"arn": _ARN + "subnet/{id}"},
    tag_type="subnet",
)

ROUTE_TABLE = Row(
    type="aws:ec2/routeTable:RouteTable",
    service="ec2",
    create=Call(operation="CreateRouteTable"),
    id="RouteTable.RouteTableId",
    read=_found("DescribeRouteTables", "RouteTableIds", "RouteTables[0]"),
    delete=(Call(operation="DeleteRouteTable"),),
    gives={"arn": _ARN + "route-table/{id}"},
    tag_type="route-table",
)

_DESTINATION = {
    "DestinationCidrBlock": "{destinationCidrBlock}",
    "DestinationIpv6CidrBlock": "{destinationIpv6CidrBlock}",
    "DestinationPrefixListId": "{destinationPrefixListId}",
}
ROUTE = Row(
    type="aws:ec2/route:Route",
    service="ec2",
    told=True,
    create=Call(operation="CreateRoute"),
    id="r-{routeTableId}-{destinationCidrBlock}{destinationIpv6CidrBlock}{destinationPrefixListId}",
    read=Read(
        operation="DescribeRouteTables",
        fills={"RouteTableIds": ["{routeTableId}"]},
        at="RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}'"
        " || DestinationIpv6CidrBlock=='{destinationIpv6CidrBlock}'"
        " || DestinationPrefixListId=='{destinationPrefixListId}'] | [0]",
    ),
    update=(Call(operation="ReplaceRoute"),),
    replaces=("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
    delete=(Call(operation="DeleteRoute", fills=_DESTINATION),),
)

ROUTE_TABLE_ASSOCIATION = Row(
    type="aws:ec2/routeTableAssociation:RouteTableAssociation",
    service="ec2",
    told=True,
    create=Call(operation="AssociateRouteTable"),
    id="AssociationId",
    read=Read(
        operation="DescribeRouteTables",
        fills={"RouteTableIds": ["{routeTableId}"]},
        at="RouteTables[0].Associations[?RouteTableAssociationId=='{id}'] | [0]",
    ),
    delete=(Call(operation="DisassociateRouteTable", fills={"AssociationId": "{id}"}),),
)

INTERNET_GATEWAY = Row(
    type="aws:ec2/internetGateway:InternetGateway",
    service="ec2",
    create=Call(operation="CreateInternetGateway"),
    id="InternetGateway.InternetGatewayId",
    then=(Call(operation="AttachInternetGateway", takes=("vpcId",)),),
    read=_found(
        "DescribeInternetGateways",
        "InternetGatewayIds",
        "InternetGateways[0]",
        gives={"vpcId": "Attachments[0].VpcId"},
    ),
    replaces=("vpcId",),
    delete=(
        Call(operation="DetachInternetGateway", when=lambda known: "vpcId" in known),
        Call(operation="DeleteInternetGateway"),
    ),
    gives={"arn": _ARN + "internet-gateway/{id}"},
    tag_type="internet-gateway",
)

EIP = Row(
    type="aws:ec2/eip:Eip",
    service="ec2",
    create=Call(operation="AllocateAddress"),
    id="AllocationId",
    read=_found("DescribeAddresses", "AllocationIds", "Addresses[0]"),
    delete=(Call(operation="ReleaseAddress", fills={"AllocationId": "{id}"}),),
    gives={"arn": _ARN + "elastic-ip/{id}", "allocationId": "{id}"},
    tag_type="elastic-ip",
)

_ADDRESS = "NatGatewayAddresses[0]."
NAT_GATEWAY = Row(
    type="aws:ec2/natGateway:NatGateway",
    service="ec2",
    create=Call(operation="CreateNatGateway", places={"privateIp": "PrivateIpAddress"}),
    id="NatGateway.NatGatewayId",
    read=_found(
        "DescribeNatGateways",
        "NatGatewayIds",
        "NatGateways[0]",
        gone="State=='deleted'",
        gives={
            "allocationId": _ADDRESS + "AllocationId",
            "publicIp": _ADDRESS + "PublicIp",
            "privateIp": _ADDRESS + "PrivateIp",
            "networkInterfaceId": _ADDRESS + "NetworkInterfaceId",
            "associationId": _ADDRESS + "AssociationId",
        },
    ),
    delete=(Call(operation="DeleteNatGateway"),),
    tag_type="natgateway",
)

VPC_ENDPOINT = Row(
    type="aws:ec2/vpcEndpoint:VpcEndpoint",
    service="ec2",
    create=Call(operation="CreateVpcEndpoint"),
    id="VpcEndpoint.VpcEndpointId",
    read=_found(
        "DescribeVpcEndpoints",
        "VpcEndpointIds",
        "VpcEndpoints[0]",
        gone="State=='deleted'",
        gives={"policy": "PolicyDocument", "securityGroupIds": "Groups[].GroupId"},
    ),
    also=(
        _in_vpc(
            "DescribePrefixLists",
            "PrefixLists[0]",
            {"prefix-list-name": "{serviceName}"},
            {"prefixListId": "PrefixListId", "cidrBlocks": "Cidrs"},
        ),
    ),
    update=(
        Call(
            operation="ModifyVpcEndpoint",
            lists={
                "subnetIds": ("AddSubnetIds", "RemoveSubnetIds"),
                "routeTableIds": ("AddRouteTableIds", "RemoveRouteTableIds"),
                "securityGroupIds": ("AddSecurityGroupIds", "RemoveSecurityGroupIds"),
            },
            fills={"VpcEndpointId": "{id}"},
        ),
    ),
    delete=(Call(operation="DeleteVpcEndpoints", fills={"VpcEndpointIds": ["{id}"]}),),
    gives={"arn": _ARN + "vpc-endpoint/{id}"},
    tag_type="vpc-endpoint",
)


def _logged(values: Values, _: Values) -> Values:
    """EC2 has one list of ids and says of what kind they are."""
    kinds = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface", "transitGatewayId": "TransitGateway"}
    of = next((name for name in kinds if name in values), None)
    if of is None:
        return values
    rest = {name: value for name, value in values.items() if name != of}
    return {**rest, "resourceIds": [values[of]], "resourceType": kinds[of]}


FLOW_LOG = Row(
    type="aws:ec2/flowLog:FlowLog",
    service="ec2",
    create=Call(operation="CreateFlowLogs", shapes=_logged, places={"iamRoleArn": "DeliverLogsPermissionArn"}),
    id="FlowLogIds[0]",
    read=_found("DescribeFlowLogs", "FlowLogIds", "FlowLogs[0]"),
    delete=(Call(operation="DeleteFlowLogs", fills={"FlowLogIds": ["{id}"]}),),
    gives={"arn": _ARN + "vpc-flow-log/{id}"},
    tag_type="vpc-flow-log",
)

ROWS = (
    VPC,
    SUBNET,
    ROUTE_TABLE,
    ROUTE,
    ROUTE_TABLE_ASSOCIATION,
    INTERNET_GATEWAY,
    EIP,
    NAT_GATEWAY,
    VPC_ENDPOINT,
    FLOW_LOG,
)
