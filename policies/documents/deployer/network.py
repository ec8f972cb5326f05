"""The deployer's rights over networks. EC2 chooses the ids, so that tags say what is the platform's."""

from __future__ import annotations

from collections.abc import Sequence

from policies.documents.account import AccountScope
from policies.documents.deployer.deployed import DeployedTypes
from policies.documents.statement import Statement

# What carries tags from its creation on. Rules of a group are tagged as well: Service Authorization Reference, "Amazon
# EC2".
_PARTS = (
    "elastic-ip",
    "internet-gateway",
    "natgateway",
    "route-table",
    "security-group",
    "security-group-rule",
    "subnet",
    "vpc-endpoint",
    "vpc-flow-log",
)
_CREATING = (
    "ec2:AllocateAddress",
    "ec2:CreateFlowLogs",
    "ec2:CreateInternetGateway",
    "ec2:CreateNatGateway",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateVpcEndpoint",
)
_RULES = ("ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress")
_SEEING = (
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAddresses",
    "ec2:DescribeAddressesAttribute",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpointServices",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
)
_KEEPING = (
    "ec2:AssociateRouteTable",
    "ec2:AttachInternetGateway",
    "ec2:CreateRoute",
    "ec2:DeleteFlowLogs",
    "ec2:DeleteInternetGateway",
    "ec2:DeleteNatGateway",
    "ec2:DeleteRoute",
    "ec2:DeleteRouteTable",
    "ec2:DeleteSecurityGroup",
    "ec2:DeleteSubnet",
    "ec2:DeleteTags",
    "ec2:DeleteVpc",
    "ec2:DeleteVpcEndpoints",
    "ec2:DetachInternetGateway",
    "ec2:DisassociateAddress",
    "ec2:DisassociateRouteTable",
    "ec2:ModifySecurityGroupRules",
    "ec2:ModifySubnetAttribute",
    "ec2:ModifyVpcAttribute",
    "ec2:ModifyVpcEndpoint",
    "ec2:ReleaseAddress",
    "ec2:ReplaceRoute",
    "ec2:ReplaceRouteTableAssociation",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
    "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
)


def _network(account: AccountScope) -> Sequence[Statement]:
    """VPCs, subnets, routes, security groups, endpoints, flow logs; gateways and addresses where NAT is switched on."""
    vpcs = [account.arn("ec2", "vpc/*")]
    parts = [account.arn("ec2", f"{kind}/*") for kind in _PARTS]
    made = [*vpcs, *parts]
    on_request = account.tagging()
    ours = account.tagged()
    return (
        Statement(
            sid="SeeNetworks",
            actions=_SEEING,
            resources=["*"],
            reason='Describing knows no resource (Service Authorization Reference, "Amazon EC2")',
        ),
        Statement(sid="MakeVpcs", actions=["ec2:CreateVpc"], resources=vpcs, conditions=on_request),
        # EC2 decides about what is made and about what that stands in or is attached to: the first is marked as the
        # platform's in the request, the second is so already. A VPC is only ever the second.
        Statement(sid="MakeParts", actions=[*_CREATING, *_RULES], resources=parts, conditions=on_request),
        Statement(sid="MakePartsOfOwnNetworks", actions=[*_CREATING, *_RULES], resources=made, conditions=ours),
        Statement(sid="KeepNetworks", actions=_KEEPING, resources=made, conditions=ours),
        *_tagging(account, made),
        Statement(
            sid="RemoveInterfacesOfFunctions",
            # Lambda keeps a function's interfaces for a while after it is gone. Before it deletes a group or a subnet,
            # the provider waits for them and removes what is left, as its own caller (terraform-provider-aws,
            # internal/service/ec2, deleteLingeringENIs). They are Lambda's and carry no tag of the platform's.
            actions=["ec2:DeleteNetworkInterface", "ec2:DetachNetworkInterface"],
            resources=[account.arn("ec2", "network-interface/*")],
        ),
        Statement(
            sid="NameEndpointsInTheVpc",
            actions=["route53:AssociateVPCWithHostedZone"],
            resources=[account.arn("route53", "hostedzone/*", region="", account=""), account.arn("ec2", "vpc/*")],
        ),
    )


def _tagging(account: AccountScope, made: Sequence[str]) -> tuple[Statement, ...]:
    """Tags say what is the platform's: they are given while something is made, or to what carries them already."""
    on_request = account.tagging()
    return (
        Statement(
            sid="TagWhatIsMade",
            actions=["ec2:CreateTags"],
            resources=made,
            conditions={
                **on_request,
                "StringLike": {"ec2:CreateAction": ["Allocate*", "Authorize*", "Create*"]},
            },
        ),
        Statement(sid="TagAnew", actions=["ec2:CreateTags"], resources=made, conditions=account.tagged()),
        Statement(
            sid="TakeOverTheDefaultGroup",
            # A VPC brings its default security group along, without tags; the stack marks it and shuts it.
            actions=["ec2:CreateTags"],
            resources=[account.arn("ec2", "security-group/*")],
            conditions=on_request,
        ),
    )


NETWORK = (
    DeployedTypes(
        types=(
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "aws:ec2/eip:Eip",
            "aws:ec2/flowLog:FlowLog",
            "aws:ec2/internetGateway:InternetGateway",
            "aws:ec2/natGateway:NatGateway",
            "aws:ec2/route:Route",
            "aws:ec2/routeTable:RouteTable",
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "aws:ec2/securityGroup:SecurityGroup",
            "aws:ec2/subnet:Subnet",
            "aws:ec2/vpc:Vpc",
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        ),
        statements=_network,
        ceiling=("ec2:*", "route53:AssociateVPCWithHostedZone"),
        passed_to=("vpc-flow-logs",),
    ),
)
