"""EC2: networks, routes, endpoints, addresses, flow logs."""

from __future__ import annotations

from typing import Any

from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Values
from rehearsal.service_model.sample import Sample, policy_document

_ARN = "arn:{partition}:ec2:{region}:{account}:"


def _found(operation: str, ids: str, at: str, **more: Any) -> ReadCall:
    return ReadCall(operation=operation, parameters={ids: ["{id}"]}, path=at, **more)


def _attributes(operation: str, *names: str) -> tuple[ApiCall, ...]:
    """One call for each: EC2 changes one attribute at a time."""
    return tuple(ApiCall(operation=operation, properties=(name,)) for name in names)


def _vpc_attribute(name: str) -> ReadCall:
    member = name[0].upper() + name[1:]
    fills = {"VpcId": "{id}", "Attribute": name}
    return ReadCall(
        operation="DescribeVpcAttribute", parameters=fills, outputs={name: f"{member}.Value"}, only_outputs=True
    )


def _in_vpc(operation: str, at: str, filters: dict[str, str], gives: dict[str, str]) -> ReadCall:
    conditions = [{"Name": key, "Values": [value]} for key, value in filters.items()]
    return ReadCall(operation=operation, parameters={"Filters": conditions}, path=at, outputs=gives, only_outputs=True)


VPC = ResourceType(
    type="aws:ec2/vpc:Vpc",
    create=ApiCall(operation="CreateVpc"),
    id="Vpc.VpcId",
    after_create=_attributes(
        "ModifyVpcAttribute", "enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics"
    ),
    read=_found("DescribeVpcs", "VpcIds", "Vpcs[0]"),
    more_reads=(
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
    delete=(ApiCall(operation="DeleteVpc"),),
    outputs={"arn": _ARN + "vpc/{id}"},
    tag_resource_type="vpc",
    sample=Sample(
        {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "enableDnsSupport": True},
        update={"enableDnsHostnames": False},
    ),
)

SUBNET = ResourceType(
    type="aws:ec2/subnet:Subnet",
    create=ApiCall(operation="CreateSubnet"),
    id="Subnet.SubnetId",
    after_create=_attributes("ModifySubnetAttribute", "mapPublicIpOnLaunch", "assignIpv6AddressOnCreation"),
    read=_found("DescribeSubnets", "SubnetIds", "Subnets[0]"),
    delete=(ApiCall(operation="DeleteSubnet"),),
    outputs={"arn": _ARN + "subnet/{id}"},
    tag_resource_type="subnet",
    sample=Sample(
        {
            "vpcId": "${aws:ec2/vpc:Vpc.id}",
            "cidrBlock": "10.0.0.0/24",
            "availabilityZone": "${AWS::Region}a",
            "mapPublicIpOnLaunch": False,
            "tags": {"Name": "private"},
        },
        update={"tags": {"Name": "inner"}},
    ),
)

ROUTE_TABLE = ResourceType(
    type="aws:ec2/routeTable:RouteTable",
    create=ApiCall(operation="CreateRouteTable"),
    id="RouteTable.RouteTableId",
    read=_found("DescribeRouteTables", "RouteTableIds", "RouteTables[0]"),
    delete=(ApiCall(operation="DeleteRouteTable"),),
    outputs={"arn": _ARN + "route-table/{id}"},
    tag_resource_type="route-table",
    sample=Sample({"vpcId": "${aws:ec2/vpc:Vpc.id}"}, update={"tags": {"Name": "private"}}),
)

_DESTINATION = {
    "DestinationCidrBlock": "{destinationCidrBlock}",
    "DestinationIpv6CidrBlock": "{destinationIpv6CidrBlock}",
    "DestinationPrefixListId": "{destinationPrefixListId}",
}

ROUTE = ResourceType(
    type="aws:ec2/route:Route",
    read_after_create=False,
    create=ApiCall(operation="CreateRoute"),
    id="r-{routeTableId}-{destinationCidrBlock}{destinationIpv6CidrBlock}{destinationPrefixListId}",
    read=ReadCall(
        operation="DescribeRouteTables",
        parameters={"RouteTableIds": ["{routeTableId}"]},
        path="RouteTables[0].Routes[?DestinationCidrBlock=='{destinationCidrBlock}'"
        " || DestinationIpv6CidrBlock=='{destinationIpv6CidrBlock}'"
        " || DestinationPrefixListId=='{destinationPrefixListId}'] | [0]",
    ),
    update=(ApiCall(operation="ReplaceRoute"),),
    replace_on=("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
    delete=(ApiCall(operation="DeleteRoute", parameters=_DESTINATION),),
    sample=Sample(
        {
            "routeTableId": "${aws:ec2/routeTable:RouteTable.id}",
            "destinationCidrBlock": "0.0.0.0/0",
            "natGatewayId": "${aws:ec2/natGateway:NatGateway.id}",
        },
        update={"natGatewayId": None, "gatewayId": "${aws:ec2/internetGateway:InternetGateway.id}"},
    ),
)

ROUTE_TABLE_ASSOCIATION = ResourceType(
    type="aws:ec2/routeTableAssociation:RouteTableAssociation",
    read_after_create=False,
    create=ApiCall(operation="AssociateRouteTable"),
    id="AssociationId",
    read=ReadCall(
        operation="DescribeRouteTables",
        parameters={"RouteTableIds": ["{routeTableId}"]},
        path="RouteTables[0].Associations[?RouteTableAssociationId=='{id}'] | [0]",
    ),
    delete=(ApiCall(operation="DisassociateRouteTable", parameters={"AssociationId": "{id}"}),),
    sample=Sample(
        {
            "routeTableId": "${aws:ec2/routeTable:RouteTable.id}",
            "subnetId": "${aws:ec2/subnet:Subnet.id}",
        }
    ),
)

INTERNET_GATEWAY = ResourceType(
    type="aws:ec2/internetGateway:InternetGateway",
    create=ApiCall(operation="CreateInternetGateway"),
    id="InternetGateway.InternetGatewayId",
    after_create=(ApiCall(operation="AttachInternetGateway", properties=("vpcId",)),),
    read=_found(
        "DescribeInternetGateways",
        "InternetGatewayIds",
        "InternetGateways[0]",
        outputs={"vpcId": "Attachments[0].VpcId"},
    ),
    replace_on=("vpcId",),
    delete=(
        ApiCall(operation="DetachInternetGateway", condition=lambda resource: "vpcId" in resource),
        ApiCall(operation="DeleteInternetGateway"),
    ),
    outputs={"arn": _ARN + "internet-gateway/{id}"},
    tag_resource_type="internet-gateway",
    sample=Sample({"vpcId": "${aws:ec2/vpc:Vpc.id}"}, update={"tags": {"Name": "internet"}}),
)

EIP = ResourceType(
    type="aws:ec2/eip:Eip",
    create=ApiCall(operation="AllocateAddress"),
    id="AllocationId",
    read=_found("DescribeAddresses", "AllocationIds", "Addresses[0]"),
    delete=(ApiCall(operation="ReleaseAddress", parameters={"AllocationId": "{id}"}),),
    outputs={"arn": _ARN + "elastic-ip/{id}", "allocationId": "{id}"},
    tag_resource_type="elastic-ip",
    sample=Sample({"domain": "vpc"}, update={"tags": {"Name": "nat"}}),
)

_ADDRESS = "NatGatewayAddresses[0]."

NAT_GATEWAY = ResourceType(
    type="aws:ec2/natGateway:NatGateway",
    create=ApiCall(operation="CreateNatGateway", members={"privateIp": "PrivateIpAddress"}),
    id="NatGateway.NatGatewayId",
    read=_found(
        "DescribeNatGateways",
        "NatGatewayIds",
        "NatGateways[0]",
        deleted_when="State=='deleted'",
        outputs={
            "allocationId": _ADDRESS + "AllocationId",
            "publicIp": _ADDRESS + "PublicIp",
            "privateIp": _ADDRESS + "PrivateIp",
            "networkInterfaceId": _ADDRESS + "NetworkInterfaceId",
            "associationId": _ADDRESS + "AssociationId",
        },
    ),
    delete=(ApiCall(operation="DeleteNatGateway"),),
    tag_resource_type="natgateway",
    sample=Sample(
        {
            "allocationId": "${aws:ec2/eip:Eip.allocationId}",
            "subnetId": "${aws:ec2/subnet:Subnet.id}",
        },
        update={"tags": {"Name": "nat"}},
        depends_on=("aws:ec2/internetGateway:InternetGateway",),
    ),
)

VPC_ENDPOINT = ResourceType(
    type="aws:ec2/vpcEndpoint:VpcEndpoint",
    create=ApiCall(operation="CreateVpcEndpoint"),
    id="VpcEndpoint.VpcEndpointId",
    read=_found(
        "DescribeVpcEndpoints",
        "VpcEndpointIds",
        "VpcEndpoints[0]",
        deleted_when="State=='deleted'",
        outputs={"policy": "PolicyDocument", "securityGroupIds": "Groups[].GroupId"},
    ),
    more_reads=(
        _in_vpc(
            "DescribePrefixLists",
            "PrefixLists[0]",
            {"prefix-list-name": "{serviceName}"},
            {"prefixListId": "PrefixListId", "cidrBlocks": "Cidrs"},
        ),
    ),
    update=(
        ApiCall(
            operation="ModifyVpcEndpoint",
            list_members={
                "subnetIds": ("AddSubnetIds", "RemoveSubnetIds"),
                "routeTableIds": ("AddRouteTableIds", "RemoveRouteTableIds"),
                "securityGroupIds": ("AddSecurityGroupIds", "RemoveSecurityGroupIds"),
            },
            parameters={"VpcEndpointId": "{id}"},
        ),
    ),
    delete=(ApiCall(operation="DeleteVpcEndpoints", parameters={"VpcEndpointIds": ["{id}"]}),),
    outputs={"arn": _ARN + "vpc-endpoint/{id}"},
    tag_resource_type="vpc-endpoint",
    sample=Sample(
        {
            "vpcId": "${aws:ec2/vpc:Vpc.id}",
            "serviceName": "com.amazonaws.${AWS::Region}.kms",
            "vpcEndpointType": "Interface",
            "subnetIds": ["${aws:ec2/subnet:Subnet.id}"],
            "securityGroupIds": ["${aws:ec2/securityGroup:SecurityGroup.id}"],
            "privateDnsEnabled": True,
            "policy": policy_document("kms:Decrypt", principal="*"),
        },
        update={"policy": policy_document("kms:Decrypt", "kms:GenerateDataKey", principal="*")},
    ),
)


def _logged(values: Values, _: Values) -> Values:
    """EC2 has one list of ids and says of what kind they are."""
    kinds = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface", "transitGatewayId": "TransitGateway"}
    of = next((name for name in kinds if name in values), None)
    if of is None:
        return values
    rest = {name: value for name, value in values.items() if name != of}
    return {**rest, "resourceIds": [values[of]], "resourceType": kinds[of]}


FLOW_LOG = ResourceType(
    type="aws:ec2/flowLog:FlowLog",
    create=ApiCall(operation="CreateFlowLogs", transform=_logged, members={"iamRoleArn": "DeliverLogsPermissionArn"}),
    id="FlowLogIds[0]",
    read=_found("DescribeFlowLogs", "FlowLogIds", "FlowLogs[0]"),
    delete=(ApiCall(operation="DeleteFlowLogs", parameters={"FlowLogIds": ["{id}"]}),),
    outputs={"arn": _ARN + "vpc-flow-log/{id}"},
    tag_resource_type="vpc-flow-log",
    sample=Sample(
        {
            "vpcId": "${aws:ec2/vpc:Vpc.id}",
            "trafficType": "ALL",
            "logDestinationType": "cloud-watch-logs",
            "logDestination": "${aws:cloudwatch/logGroup:LogGroup.arn}",
            "iamRoleArn": "${aws:iam/role:Role.arn}",
            "maxAggregationInterval": 60,
        },
        update={"tags": {"Name": "flows"}},
    ),
)

NETWORK = (
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
