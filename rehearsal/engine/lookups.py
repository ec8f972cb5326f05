"""The provider's data sources for single things: which call answers, and which of its members are which properties."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath

from rehearsal.engine.calls import Caller, Refused
from rehearsal.engine.state import Resource

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """One data source. `takes` says parameter → argument; `at` is where the thing stands in the answer.

    `gives` says property → JMESPath below `at`; `also` asks further; `tagged` gives the tags as a map.
    """

    service: str
    operation: str
    takes: Callable[[Values], Values]
    at: str
    gives: Mapping[str, str]
    also: Callable[[Caller, Resource, Values], Values] = field(default=lambda *_: {})
    tagged: bool = False

    def answer(self, caller: Caller, asking: Resource, arguments: Values) -> dict[str, Any]:
        """The data source's properties. Raises Refused where there is no such thing."""
        found = jmespath.search(self.at, caller.send(asking, self.service, self.operation, self.takes(arguments)))
        if found is None:
            raise Refused(asking, f"{self.service}:{self.operation}", "NotFound", f"no match for {dict(arguments)}")
        given = {name: jmespath.search(path, found) for name, path in self.gives.items()}
        given |= self.also(caller, asking, arguments)
        if self.tagged:
            given["tags"] = {tag["Key"]: tag["Value"] for tag in found.get("Tags") or []}
        return {name: value for name, value in given.items() if value is not None}


def _dns(caller: Caller, asking: Resource, arguments: Values) -> Values:
    def attribute(name: str) -> bool:
        parameters = {"VpcId": arguments["id"], "Attribute": name}
        answer = caller.send(asking, "ec2", "DescribeVpcAttribute", parameters)
        return bool(answer[name[0].upper() + name[1:]]["Value"])

    return {name: attribute(name) for name in ("enableDnsSupport", "enableDnsHostnames")}


def _prefix_list(caller: Caller, asking: Resource, arguments: Values) -> Values:
    found = caller.send(asking, "ec2", "DescribeVpcEndpoints", {"VpcEndpointIds": [arguments["id"]]})
    name = found["VpcEndpoints"][0]["ServiceName"]
    filters = [{"Name": "prefix-list-name", "Values": [name]}]
    lists = caller.send(asking, "ec2", "DescribePrefixLists", {"Filters": filters})["PrefixLists"]
    return {"prefixListId": lists[0]["PrefixListId"]} if lists else {"prefixListId": ""}


def _filters(arguments: Values) -> Values:
    return {"Filters": [{"Name": one["name"], "Values": one["values"]} for one in arguments["filters"]]}


_ROUTE = (
    "{cidrBlock: not_null(DestinationCidrBlock, ''), ipv6CidrBlock: not_null(DestinationIpv6CidrBlock, ''), "
    "destinationPrefixListId: not_null(DestinationPrefixListId, ''), gatewayId: not_null(GatewayId, ''), "
    "egressOnlyGatewayId: not_null(EgressOnlyInternetGatewayId, ''), natGatewayId: not_null(NatGatewayId, '')}"
)
LOOKUPS: Mapping[str, Lookup] = {
    "aws:ec2/getVpc:getVpc": Lookup(
        service="ec2",
        operation="DescribeVpcs",
        takes=lambda given: {"VpcIds": [given["id"]]},
        at="Vpcs[0]",
        tagged=True,
        gives={
            "ownerId": "OwnerId",
            "cidrBlock": "CidrBlock",
            "state": "State",
            "cidrBlockAssociations": "CidrBlockAssociationSet[].{associationId: AssociationId, cidrBlock: CidrBlock, "
            "state: CidrBlockState.State}",
        },
        also=_dns,
    ),
    "aws:ec2/getSubnet:getSubnet": Lookup(
        service="ec2",
        operation="DescribeSubnets",
        takes=lambda given: {"SubnetIds": [given["id"]]},
        at="Subnets[0]",
        tagged=True,
        gives={
            "vpcId": "VpcId",
            "availabilityZone": "AvailabilityZone",
            "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
            "cidrBlock": "CidrBlock",
        },
    ),
    "aws:ec2/getRouteTable:getRouteTable": Lookup(
        service="ec2",
        operation="DescribeRouteTables",
        takes=lambda given: {"RouteTableIds": [given["routeTableId"]]},
        at="RouteTables[0]",
        tagged=True,
        gives={
            "vpcId": "VpcId",
            "routes": f"Routes[?GatewayId != 'local'].{_ROUTE}",
            "associations": "Associations[].{subnetId: not_null(SubnetId, ''), main: not_null(Main, `false`)}",
        },
    ),
    "aws:ec2/getSecurityGroup:getSecurityGroup": Lookup(
        service="ec2",
        operation="DescribeSecurityGroups",
        takes=lambda given: {"GroupIds": [given["id"]]},
        at="SecurityGroups[0]",
        tagged=True,
        gives={"vpcId": "VpcId", "name": "GroupName", "description": "Description"},
    ),
    "aws:vpc/getSecurityGroupRules:getSecurityGroupRules": Lookup(
        service="ec2",
        operation="DescribeSecurityGroupRules",
        takes=_filters,
        at="@",
        gives={"ids": "SecurityGroupRules[].SecurityGroupRuleId"},
    ),
    "aws:vpc/getSecurityGroupRule:getSecurityGroupRule": Lookup(
        service="ec2",
        operation="DescribeSecurityGroupRules",
        takes=lambda given: {"SecurityGroupRuleIds": [given["securityGroupRuleId"]]},
        at="SecurityGroupRules[0]",
        gives={
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
    "aws:ec2/getVpcEndpoint:getVpcEndpoint": Lookup(
        service="ec2",
        operation="DescribeVpcEndpoints",
        takes=lambda given: {"VpcEndpointIds": [given["id"]]},
        at="VpcEndpoints[0]",
        gives={
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
        also=_prefix_list,
    ),
    "aws:kms/getKey:getKey": Lookup(
        service="kms",
        operation="DescribeKey",
        takes=lambda given: {"KeyId": given["keyId"]},
        at="KeyMetadata",
        gives={
            "arn": "Arn",
            "awsAccountId": "AWSAccountId",
            "enabled": "Enabled",
            "keyState": "KeyState",
            "keyManager": "KeyManager",
            "keySpec": "KeySpec",
            # moto leaves the usage out, but not the algorithms of it.
            "keyUsage": "KeyUsage || (EncryptionAlgorithms && 'ENCRYPT_DECRYPT') || 'SIGN_VERIFY'",
        },
    ),
    "aws:s3/getBucket:getBucket": Lookup(
        service="s3",
        operation="GetBucketLocation",
        takes=lambda given: {"Bucket": given["bucket"]},
        at="@",
        # S3 says nothing of its first region (S3 API GetBucketLocation).
        gives={"bucketRegion": "LocationConstraint || 'us-east-1'"},
        also=lambda _, __, given: {"arn": f"arn:aws:s3:::{given['bucket']}"},
    ),
    "aws:s3/getBuckets:getBuckets": Lookup(
        service="s3",
        operation="ListBuckets",
        takes=lambda _: {},
        at="@",
        gives={"buckets": "Buckets[].{name: Name}"},
    ),
    "aws:iam/getRole:getRole": Lookup(
        service="iam",
        operation="GetRole",
        takes=lambda given: {"RoleName": given["name"]},
        at="Role",
        gives={"arn": "Arn", "path": "Path", "permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn"},
        also=lambda caller, asking, given: {
            "assumeRolePolicy": json.dumps(
                caller.send(asking, "iam", "GetRole", {"RoleName": given["name"]})["Role"]["AssumeRolePolicyDocument"]
            )
        },
    ),
}


def controlled(caller: Caller, asking: Resource, arguments: Values) -> dict[str, Any]:
    """Cloud Control's answer for the types that programs look up, from the services' own calls.

    Property names: CFNT aws-resource-s3-bucket, aws-resource-kms-key. A setting that was never made is left out.
    """
    parts = _CONTROLLED.get(arguments["typeName"])
    if parts is None:
        known = ", ".join(sorted(_CONTROLLED))
        message = f"the rehearsal's Cloud Control knows {known} (rehearsal/engine/lookups.py)"
        raise Refused(asking, "cloudcontrol:GetResource", "TypeNotFoundException", message)
    service, member, questions = parts
    properties = {}
    for name, (operation, path) in questions.items():
        try:
            answer = caller.send(asking, service, operation, {member: arguments["identifier"]})
        except Refused as refusal:
            if not _never_set(refusal):
                raise
            continue
        properties[name] = jmespath.search(path, answer)
    return {"id": arguments["identifier"], "properties": json.dumps(properties)}


def _never_set(refusal: Refused) -> bool:
    codes = ("NoSuchPublicAccessBlock", "OwnershipControlsNotFound", "ServerSideEncryptionConfigurationNotFound")
    return refusal.code.startswith(codes)


_CONTROLLED: Mapping[str, tuple[str, str, Mapping[str, tuple[str, str]]]] = {
    "AWS::KMS::Key": (
        "kms",
        "KeyId",
        {
            "EnableKeyRotation": ("GetKeyRotationStatus", "KeyRotationEnabled"),
            "Tags": ("ListResourceTags", "Tags[].{Key: TagKey, Value: TagValue}"),
        },
    ),
    "AWS::S3::Bucket": (
        "s3",
        "Bucket",
        {
            "VersioningConfiguration": ("GetBucketVersioning", "{Status: Status}"),
            "BucketEncryption": (
                "GetBucketEncryption",
                "{ServerSideEncryptionConfiguration: ServerSideEncryptionConfiguration.Rules[].{"
                "ServerSideEncryptionByDefault: ApplyServerSideEncryptionByDefault, "
                "BucketKeyEnabled: BucketKeyEnabled}}",
            ),
            "OwnershipControls": ("GetBucketOwnershipControls", "{Rules: OwnershipControls.Rules}"),
            "PublicAccessBlockConfiguration": ("GetPublicAccessBlock", "PublicAccessBlockConfiguration"),
            "LoggingConfiguration": ("GetBucketLogging", "{DestinationBucketName: LoggingEnabled.TargetBucket}"),
        },
    ),
}
