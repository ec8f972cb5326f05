"""EC2's networks. Actions, resources and condition keys: Service Authorization Reference, "Amazon EC2".

An action is decided once for each resource that it touches; what is created is `<kind>/*`, since it has no id yet.
"""

from __future__ import annotations

from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredActions,
    Right,
    RightsFunction,
    arn_template,
    pass_role,
    requires,
    tags_at,
    values,
)

# The first part of an id -> the kind in its ARN.
_KINDS = {
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


def _arn(request: ApiRequest, kind: str, id_: str) -> str:
    return f"arn:{request.partition}:ec2:{request.region}:{request.account}:{kind}/{id_}"


def _request_tags(tags: dict[str, str]) -> dict[str, str | tuple[str, ...]]:
    return {**{f"aws:RequestTag/{k}": v for k, v in tags.items()}, **({"aws:TagKeys": tuple(tags)} if tags else {})}


def _makes(action: str, kind: str, **more: str) -> RightsFunction:
    """Create something of a kind; its tags are a right of their own.

    Source: EC2 User Guide, page supported-iam-actions-tagging.
    """

    def rights(request: ApiRequest) -> list[Right]:
        tags = {
            key: value
            for specification in request.parameters.get("TagSpecifications") or []
            if specification.get("ResourceType") in (kind, None)
            for key, value in tags_at(specification, "Tags").items()
        }
        keys = {key: found[0] for key, path in more.items() if (found := values(request.parameters, path))}
        context = {**_request_tags(tags), **{key.replace("__", ":"): value for key, value in keys.items()}}
        made = Right(action=f"ec2:{action}", resource=_arn(request, kind, "*"), context=context)
        if not tags:
            return [made]
        tagged = {**_request_tags(tags), "ec2:CreateAction": action}
        return [made, Right(action="ec2:CreateTags", resource=_arn(request, kind, "*"), context=tagged)]

    return rights


def _touches(action: str, *members: str) -> RightsFunction:
    """Act on what is there, by the ids that the request names; the decision looks its tags up."""

    def rights(request: ApiRequest) -> list[Right]:
        ids = [id_ for member in members for id_ in values(request.parameters, member)]
        found = [(_KINDS.get(id_.partition("-")[0], id_.partition("-")[0]), id_) for id_ in dict.fromkeys(ids)]
        return [Right(action=f"ec2:{action}", resource=_arn(request, kind, id_)) for kind, id_ in found]

    return rights


def _tagging(request: ApiRequest) -> list[Right]:
    tags = tags_at(request.parameters, "Tags")
    found = _touches(request.operation, "Resources")(request)
    return [Right(action=right.action, resource=right.resource, context=_request_tags(tags)) for right in found]


def _touching(action: str, *members: str) -> RequiredActions:
    return (_touches(action, *members),)


def _describing(*operations: str) -> Operations:
    """Describing knows no resource."""
    return {operation: requires(f"ec2:{operation}") for operation in operations}


OPERATIONS: Operations = {
    **_describing(
        "DescribeAddresses",
        "DescribeAvailabilityZones",
        "DescribeDhcpOptions",
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
    "AssociateRouteTable": _touching("AssociateRouteTable", "RouteTableId", "SubnetId"),
    "AttachInternetGateway": _touching("AttachInternetGateway", "InternetGatewayId", "VpcId"),
    "AuthorizeSecurityGroupEgress": (
        *_touching("AuthorizeSecurityGroupEgress", "GroupId"),
        _makes("AuthorizeSecurityGroupEgress", "security-group-rule"),
    ),
    "AuthorizeSecurityGroupIngress": (
        *_touching("AuthorizeSecurityGroupIngress", "GroupId"),
        _makes("AuthorizeSecurityGroupIngress", "security-group-rule"),
    ),
    "CreateFlowLogs": (
        _makes("CreateFlowLogs", "vpc-flow-log"),
        *_touching("CreateFlowLogs", "ResourceIds"),
        pass_role("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
    ),
    "CreateInternetGateway": (_makes("CreateInternetGateway", "internet-gateway"),),
    "CreateNatGateway": (
        _makes("CreateNatGateway", "natgateway"),
        *_touching("CreateNatGateway", "SubnetId", "AllocationId"),
    ),
    "CreateNetworkInterface": (
        _makes("CreateNetworkInterface", "network-interface"),
        *_touching("CreateNetworkInterface", "SubnetId", "Groups"),
    ),
    "CreateNetworkInterfacePermission": _touching("CreateNetworkInterfacePermission", "NetworkInterfaceId"),
    "CreateRoute": _touching("CreateRoute", "RouteTableId"),
    "CreateRouteTable": (_makes("CreateRouteTable", "route-table"), *_touching("CreateRouteTable", "VpcId")),
    "CreateSecurityGroup": (
        _makes("CreateSecurityGroup", "security-group"),
        *_touching("CreateSecurityGroup", "VpcId"),
    ),
    "CreateSubnet": (_makes("CreateSubnet", "subnet"), *_touching("CreateSubnet", "VpcId")),
    "CreateTags": (_tagging,),
    "CreateVpc": (_makes("CreateVpc", "vpc"),),
    "CreateVpcEndpoint": (
        _makes("CreateVpcEndpoint", "vpc-endpoint", ec2__VpceServiceName="ServiceName"),
        *_touching("CreateVpcEndpoint", "VpcId", "RouteTableIds", "SubnetIds", "SecurityGroupIds"),
    ),
    "DeleteFlowLogs": _touching("DeleteFlowLogs", "FlowLogIds"),
    "DeleteInternetGateway": _touching("DeleteInternetGateway", "InternetGatewayId"),
    "DeleteNatGateway": _touching("DeleteNatGateway", "NatGatewayId"),
    "DeleteNetworkInterface": _touching("DeleteNetworkInterface", "NetworkInterfaceId"),
    "DeleteRoute": _touching("DeleteRoute", "RouteTableId"),
    "DeleteRouteTable": _touching("DeleteRouteTable", "RouteTableId"),
    "DeleteSecurityGroup": _touching("DeleteSecurityGroup", "GroupId"),
    "DeleteSubnet": _touching("DeleteSubnet", "SubnetId"),
    "DeleteTags": (_tagging,),
    "DeleteVpc": _touching("DeleteVpc", "VpcId"),
    "DeleteVpcEndpoints": _touching("DeleteVpcEndpoints", "VpcEndpointIds"),
    "DescribeVpcAttribute": _touching("DescribeVpcAttribute", "VpcId"),
    "DetachInternetGateway": _touching("DetachInternetGateway", "InternetGatewayId", "VpcId"),
    # The request names the association: the decision looks up the table behind it.
    "DisassociateRouteTable": requires(
        "ec2:DisassociateRouteTable", arn_template("ec2", "route-table/{AssociationId}")
    ),
    "ModifySecurityGroupRules": _touching(
        "ModifySecurityGroupRules", "GroupId", "SecurityGroupRules.SecurityGroupRuleId"
    ),
    "ModifySubnetAttribute": _touching("ModifySubnetAttribute", "SubnetId"),
    "ModifyVpcAttribute": _touching("ModifyVpcAttribute", "VpcId"),
    "ModifyVpcEndpoint": _touching(
        "ModifyVpcEndpoint",
        "VpcEndpointId",
        "AddRouteTableIds",
        "RemoveRouteTableIds",
        "AddSubnetIds",
        "RemoveSubnetIds",
        "AddSecurityGroupIds",
        "RemoveSecurityGroupIds",
    ),
    "ReleaseAddress": _touching("ReleaseAddress", "AllocationId"),
    "ReplaceRoute": _touching("ReplaceRoute", "RouteTableId"),
    "RevokeSecurityGroupEgress": _touching("RevokeSecurityGroupEgress", "GroupId"),
    "RevokeSecurityGroupIngress": _touching("RevokeSecurityGroupIngress", "GroupId"),
}
