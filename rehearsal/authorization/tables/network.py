"""EC2's networks. Actions, resources and condition keys: SAR list_amazonec2.

An action is decided once for each resource that it touches; what is created is `<kind>/*`, since it has no id yet.
"""

from __future__ import annotations

from typing import Any

from rehearsal.authorization.need import Asked, Need, Right, Row, Table, needs, own, passes, tags_at, values

# The first part of an id -> the kind in its ARN.
KINDS = {
    "acl": "network-acl",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}


def _arn(asked: Asked, kind: str, id_: str) -> str:
    return f"arn:{asked.partition}:ec2:{asked.region}:{asked.account}:{kind}/{id_}"


def _request_tags(tags: dict[str, str]) -> dict[str, str | tuple[str, ...]]:
    return {**{f"aws:RequestTag/{k}": v for k, v in tags.items()}, **({"aws:TagKeys": tuple(tags)} if tags else {})}


def _makes(action: str, kind: str, **more: str) -> Any:
    """Create something of a kind; its tags are a right of their own (EC2 supported-iam-actions-tagging)."""

    def rights(asked: Asked) -> list[Right]:
        tags = {
            key: value
            for one in asked.parameters.get("TagSpecifications") or []
            if one.get("ResourceType") in (kind, None)
            for key, value in tags_at(one, "Tags").items()
        }
        keys = {key: found[0] for key, path in more.items() if (found := values(asked.parameters, path))}
        context = {**_request_tags(tags), **{key.replace("__", ":"): value for key, value in keys.items()}}
        made = Right(action=f"ec2:{action}", resource=_arn(asked, kind, "*"), context=context)
        if not tags:
            return [made]
        tagged = {**_request_tags(tags), "ec2:CreateAction": action}
        return [made, Right(action="ec2:CreateTags", resource=_arn(asked, kind, "*"), context=tagged)]

    return rights


def _touches(action: str, *members: str) -> Any:
    """Act on what is there, by the ids that the request names; the decision looks its tags up."""

    def rights(asked: Asked) -> list[Right]:
        ids = [one for member in members for one in values(asked.parameters, member)]
        found = [(KINDS.get(one.partition("-")[0], one.partition("-")[0]), one) for one in dict.fromkeys(ids)]
        return [Right(action=f"ec2:{action}", resource=_arn(asked, kind, id_)) for kind, id_ in found]

    return rights


def _tagging(asked: Asked) -> list[Right]:
    tags = tags_at(asked.parameters, "Tags")
    found = _touches(asked.operation, "Resources")(asked)
    return [Right(action=one.action, resource=one.resource, context=_request_tags(tags)) for one in found]


def _row(action: str, *members: str) -> Row:
    return (_touches(action, *members),)


def _describing(*operations: str) -> Table:
    """Describing knows no resource."""
    return {operation: needs(f"ec2:{operation}") for operation in operations}


TABLE: Table = {
    **_describing(
        "DescribeAddresses",
        "DescribeAvailabilityZones",
        "DescribeFlowLogs",
        "DescribeInternetGateways",
        "DescribeManagedPrefixLists",
        "DescribeNatGateways",
        "DescribeNetworkAcls",
        "DescribeNetworkInterfaces",
        "DescribePrefixLists",
        "DescribeRegions",
        "DescribeRouteTables",
        "DescribeSecurityGroupRules",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVpcEndpoints",
        "DescribeVpcEndpointServices",
        "DescribeVpcs",
    ),
    "AllocateAddress": (_makes("AllocateAddress", "elastic-ip"),),
    "AssociateRouteTable": _row("AssociateRouteTable", "RouteTableId", "SubnetId"),
    "AttachInternetGateway": _row("AttachInternetGateway", "InternetGatewayId", "VpcId"),
    "AuthorizeSecurityGroupEgress": (
        *_row("AuthorizeSecurityGroupEgress", "GroupId"),
        _makes("AuthorizeSecurityGroupEgress", "security-group-rule"),
    ),
    "AuthorizeSecurityGroupIngress": (
        *_row("AuthorizeSecurityGroupIngress", "GroupId"),
        _makes("AuthorizeSecurityGroupIngress", "security-group-rule"),
    ),
    "CreateFlowLogs": (
        _makes("CreateFlowLogs", "vpc-flow-log"),
        *_row("CreateFlowLogs", "ResourceIds"),
        passes("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
    ),
    "CreateInternetGateway": (_makes("CreateInternetGateway", "internet-gateway"),),
    "CreateNatGateway": (
        _makes("CreateNatGateway", "natgateway"),
        *_row("CreateNatGateway", "SubnetId", "AllocationId"),
    ),
    "CreateNetworkInterface": (
        _makes("CreateNetworkInterface", "network-interface"),
        *_row("CreateNetworkInterface", "SubnetId", "Groups"),
    ),
    "CreateNetworkInterfacePermission": _row("CreateNetworkInterfacePermission", "NetworkInterfaceId"),
    "CreateRoute": _row("CreateRoute", "RouteTableId"),
    "CreateRouteTable": (_makes("CreateRouteTable", "route-table"), *_row("CreateRouteTable", "VpcId")),
    "CreateSecurityGroup": (_makes("CreateSecurityGroup", "security-group"), *_row("CreateSecurityGroup", "VpcId")),
    "CreateSubnet": (_makes("CreateSubnet", "subnet"), *_row("CreateSubnet", "VpcId")),
    "CreateTags": (_tagging,),
    "CreateVpc": (_makes("CreateVpc", "vpc"),),
    "CreateVpcEndpoint": (
        _makes("CreateVpcEndpoint", "vpc-endpoint", ec2__VpceServiceName="ServiceName"),
        *_row("CreateVpcEndpoint", "VpcId", "RouteTableIds", "SubnetIds", "SecurityGroupIds"),
    ),
    "DeleteFlowLogs": _row("DeleteFlowLogs", "FlowLogIds"),
    "DeleteInternetGateway": _row("DeleteInternetGateway", "InternetGatewayId"),
    "DeleteNatGateway": _row("DeleteNatGateway", "NatGatewayId"),
    "DeleteNetworkInterface": _row("DeleteNetworkInterface", "NetworkInterfaceId"),
    "DeleteRoute": _row("DeleteRoute", "RouteTableId"),
    "DeleteRouteTable": _row("DeleteRouteTable", "RouteTableId"),
    "DeleteSecurityGroup": _row("DeleteSecurityGroup", "GroupId"),
    "DeleteSubnet": _row("DeleteSubnet", "SubnetId"),
    "DeleteTags": (_tagging,),
    "DeleteVpc": _row("DeleteVpc", "VpcId"),
    "DeleteVpcEndpoints": _row("DeleteVpcEndpoints", "VpcEndpointIds"),
    "DescribeVpcAttribute": _row("DescribeVpcAttribute", "VpcId"),
    "DetachInternetGateway": _row("DetachInternetGateway", "InternetGatewayId", "VpcId"),
    # The request names the association; the table behind it is any (SAR: no resource is required).
    "DisassociateRouteTable": (Need(action="ec2:DisassociateRouteTable", resource=own("ec2", "route-table/*")),),
    "ModifySecurityGroupRules": _row("ModifySecurityGroupRules", "GroupId", "SecurityGroupRules.SecurityGroupRuleId"),
    "ModifySubnetAttribute": _row("ModifySubnetAttribute", "SubnetId"),
    "ModifyVpcAttribute": _row("ModifyVpcAttribute", "VpcId"),
    "ModifyVpcEndpoint": _row(
        "ModifyVpcEndpoint",
        "VpcEndpointId",
        "AddRouteTableIds",
        "RemoveRouteTableIds",
        "AddSubnetIds",
        "RemoveSubnetIds",
        "AddSecurityGroupIds",
        "RemoveSecurityGroupIds",
    ),
    "ReleaseAddress": _row("ReleaseAddress", "AllocationId"),
    "ReplaceRoute": _row("ReplaceRoute", "RouteTableId"),
    "RevokeSecurityGroupEgress": _row("RevokeSecurityGroupEgress", "GroupId"),
    "RevokeSecurityGroupIngress": _row("RevokeSecurityGroupIngress", "GroupId"),
}
