"""EC2: security groups and their rules."""

from __future__ import annotations

from typing import Any

from rehearsal.engine.table.row import Call, Read, Row, Values

_ARN = "arn:{partition}:ec2:{region}:{account}:"
_ABSENT = ("InvalidPermission.NotFound",)
_FOUND = Read(operation="DescribeSecurityGroups", fills={"GroupIds": ["{id}"]}, at="SecurityGroups[0]")
_TO_ANYWHERE: list[dict[str, Any]] = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
_FROM_ITSELF: list[dict[str, Any]] = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "{id}"}]}]


def _revoke(direction: str, permissions: list[dict[str, Any]]) -> Call:
    return Call(
        operation=f"RevokeSecurityGroup{direction}",
        takes=(),
        fills={"GroupId": "{id}", "IpPermissions": permissions},
        tolerates=_ABSENT,
    )


SECURITY_GROUP = Row(
    type="aws:ec2/securityGroup:SecurityGroup",
    service="ec2",
    create=Call(
        operation="CreateSecurityGroup",
        places={"name": "GroupName"},
        defaults={"description": "Managed by Pulumi"},
    ),
    id="GroupId",
    name="name",
    # The provider takes away the rule that EC2 gives every group: all traffic to anywhere.
    then=(_revoke("Egress", _TO_ANYWHERE),),
    read=_FOUND,
    delete=(Call(operation="DeleteSecurityGroup", fills={"GroupId": "{id}"}),),
    gives={"arn": _ARN + "security-group/{id}"},
    ignored={"revokeRulesOnDelete": "rules are resources of their own, gone before the group is"},
    tag_type="security-group",
)


def _default_of(values: Values, _: Values) -> Values:
    filters = {"vpc-id": values.get("vpcId"), "group-name": "default"}
    rest = {name: value for name, value in values.items() if name != "vpcId"}
    return {**rest, "filters": [{"name": name, "values": [value]} for name, value in filters.items() if value]}


DEFAULT_SECURITY_GROUP = Row(
    type="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    service="ec2",
    create=Call(operation="DescribeSecurityGroups", shapes=_default_of),
    id="SecurityGroups[0].GroupId",
    then=(_revoke("Egress", _TO_ANYWHERE), _revoke("Ingress", _FROM_ITSELF)),
    read=_FOUND,
    delete=(),
    gives={"arn": _ARN + "security-group/{id}", "name": "SecurityGroups[0].GroupName"},
    ignored={"revokeRulesOnDelete": "the group goes with its VPC"},
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


def _modified(values: Values, known: Values) -> Values:
    rule = {name: value for name, value in values.items() if name != "securityGroupId"}
    return {"groupId": known["securityGroupId"], "rules": [{"securityGroupRuleId": known["id"], "rule": rule}]}


def _rule(direction: str) -> Row:
    kind = f"SecurityGroup{direction}Rule"
    return Row(
        type=f"aws:vpc/securityGroup{direction}Rule:{kind}",
        service="ec2",
        told=True,
        create=Call(
            operation=f"AuthorizeSecurityGroup{direction}", shapes=_described, places={**_PLACES, **_DESCRIBED}
        ),
        id="SecurityGroupRules[0].SecurityGroupRuleId",
        read=Read(
            operation="DescribeSecurityGroupRules",
            fills={"SecurityGroupRuleIds": ["{id}"]},
            at="SecurityGroupRules[0]",
            gives={"securityGroupId": "GroupId", "referencedSecurityGroupId": "ReferencedGroupInfo.GroupId"},
        ),
        update=(
            Call(
                operation="ModifySecurityGroupRules",
                shapes=_modified,
                places={
                    "rules": "SecurityGroupRules",
                    "rules.rule": "SecurityGroupRule",
                    "rules.rule.referencedSecurityGroupId": "ReferencedGroupId",
                },
            ),
        ),
        # The in-memory AWS changes ports, IPv4 ranges and descriptions of a rule, and no other source.
        replaces=("securityGroupId", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
        delete=(
            Call(
                operation=f"RevokeSecurityGroup{direction}",
                fills={"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
            ),
        ),
        gives={"arn": _ARN + "security-group-rule/{id}", "securityGroupRuleId": "{id}"},
        tag_type="security-group-rule",
    )


ROWS = (SECURITY_GROUP, DEFAULT_SECURITY_GROUP, _rule("Ingress"), _rule("Egress"))
