"""EC2: security groups and their rules."""

from __future__ import annotations

from typing import Any

from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType, Values
from rehearsal.service_model.sample import Sample

_ARN = "arn:{partition}:ec2:{region}:{account}:"
_ABSENT = ("InvalidPermission.NotFound",)
_FOUND = ReadCall(operation="DescribeSecurityGroups", parameters={"GroupIds": ["{id}"]}, path="SecurityGroups[0]")
_TO_ANYWHERE: list[dict[str, Any]] = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
_FROM_ITSELF: list[dict[str, Any]] = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "{id}"}]}]


def _revoke(direction: str, permissions: list[dict[str, Any]]) -> ApiCall:
    return ApiCall(
        operation=f"RevokeSecurityGroup{direction}",
        properties=(),
        parameters={"GroupId": "{id}", "IpPermissions": permissions},
        tolerated_errors=_ABSENT,
    )


SECURITY_GROUP = ResourceType(
    type="aws:ec2/securityGroup:SecurityGroup",
    create=ApiCall(
        operation="CreateSecurityGroup",
        members={"name": "GroupName"},
        defaults={"description": "Managed by Pulumi"},
    ),
    id="GroupId",
    name="name",
    # The provider takes away the rule that EC2 gives every group: all traffic to anywhere.
    after_create=(_revoke("Egress", _TO_ANYWHERE),),
    read=_FOUND,
    delete=(ApiCall(operation="DeleteSecurityGroup", parameters={"GroupId": "{id}"}),),
    outputs={"arn": _ARN + "security-group/{id}"},
    not_sent={"revokeRulesOnDelete": "rules are resources of their own, gone before the group is"},
    tag_resource_type="security-group",
    sample=Sample(
        {"name": "sample-group", "description": "Workloads", "vpcId": "${aws:ec2/vpc:Vpc.id}"},
        update={"tags": {"Name": "workloads"}},
    ),
)


def _default_of(values: Values, _: Values) -> Values:
    filters = {"vpc-id": values.get("vpcId"), "group-name": "default"}
    rest = {name: value for name, value in values.items() if name != "vpcId"}
    return {**rest, "filters": [{"name": name, "values": [value]} for name, value in filters.items() if value]}


DEFAULT_SECURITY_GROUP = ResourceType(
    type="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    create=ApiCall(operation="DescribeSecurityGroups", transform=_default_of),
    id="SecurityGroups[0].GroupId",
    after_create=(_revoke("Egress", _TO_ANYWHERE), _revoke("Ingress", _FROM_ITSELF)),
    read=_FOUND,
    delete=(),
    outputs={"arn": _ARN + "security-group/{id}", "name": "SecurityGroups[0].GroupName"},
    not_sent={"revokeRulesOnDelete": "the group goes with its VPC"},
    sample=Sample({"vpcId": "${aws:ec2/vpc:Vpc.id}"}),
)

_PLACES = {
    "securityGroupId": "GroupId",
    "ipProtocol": "IpPermissions.IpProtocol",
    "fromPort": "IpPermissions.FromPort",
    "toPort": "IpPermissions.ToPort",
    "cidrIpv4": "IpPermissions.IpRanges.CidrIp",
    "cidrIpv6": "IpPermissions.Ipv6Ranges.CidrIpv6",
    "prefixListId": "IpPermissions.PrefixListIds.PrefixListId",
    "referencedSecurityGroupId": "IpPermissions.UserIdGroupPairs.GroupId",
}

_SOURCES = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_DESCRIBED = {f"{name} description": f"{_PLACES[name].rpartition('.')[0]}.Description" for name in _SOURCES}


def _described(values: Values, _: Values) -> Values:
    """A rule's description belongs to its source."""
    source = next((name for name in _SOURCES if name in values), None)
    if source is None or "description" not in values:
        return values
    rest = {name: value for name, value in values.items() if name != "description"}
    return {**rest, f"{source} description": values["description"]}


def _modified(values: Values, resource: Values) -> Values:
    rule = {name: value for name, value in values.items() if name != "securityGroupId"}
    return {"groupId": resource["securityGroupId"], "rules": [{"securityGroupRuleId": resource["id"], "rule": rule}]}


def _rule(direction: str) -> ResourceType:
    kind = f"SecurityGroup{direction}Rule"
    return ResourceType(
        type=f"aws:vpc/securityGroup{direction}Rule:{kind}",
        read_after_create=False,
        create=ApiCall(
            operation=f"AuthorizeSecurityGroup{direction}", transform=_described, members={**_PLACES, **_DESCRIBED}
        ),
        id="SecurityGroupRules[0].SecurityGroupRuleId",
        read=ReadCall(
            operation="DescribeSecurityGroupRules",
            parameters={"SecurityGroupRuleIds": ["{id}"]},
            path="SecurityGroupRules[0]",
            outputs={"securityGroupId": "GroupId", "referencedSecurityGroupId": "ReferencedGroupInfo.GroupId"},
        ),
        update=(
            ApiCall(
                operation="ModifySecurityGroupRules",
                transform=_modified,
                members={
                    "rules": "SecurityGroupRules",
                    "rules.rule": "SecurityGroupRule",
                    "rules.rule.referencedSecurityGroupId": "ReferencedGroupId",
                },
            ),
        ),
        # The in-memory AWS changes ports, IPv4 ranges and descriptions of a rule, and no other source.
        replace_on=("securityGroupId", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
        delete=(
            ApiCall(
                operation=f"RevokeSecurityGroup{direction}",
                parameters={"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
            ),
        ),
        outputs={"arn": _ARN + "security-group-rule/{id}", "securityGroupRuleId": "{id}"},
        tag_resource_type="security-group-rule",
        sample=Sample(
            {
                "securityGroupId": "${aws:ec2/securityGroup:SecurityGroup.id}",
                "cidrIpv4": "10.0.0.0/16",
                "ipProtocol": "tcp",
                "fromPort": 443,
                "toPort": 443,
                "description": "HTTPS",
            },
            update={"fromPort": 8443, "toPort": 8443},
        ),
    )


SECURITY_GROUPS = (SECURITY_GROUP, DEFAULT_SECURITY_GROUP, _rule("Ingress"), _rule("Egress"))
