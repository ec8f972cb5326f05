"""Types of other services that stand beside an API: log groups, tables, web ACLs."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.cloudformation.resource_handler import (
    HandlerContext,
    Members,
    ResourceHandler,
    boolean,
    changed,
    given,
    tag_map,
)


def _done(_: object) -> None:
    return None


def _only(context: HandlerContext, properties: Members, *known: str) -> None:
    unknown = sorted(set(properties) - set(known) - {"Arn", "Id", "Capacity", "LabelNamespace", "StreamArn"})
    if unknown:
        raise context.fail(f"property {', '.join(unknown)} is not rehearsed")


def _tag_changes(before: Members, after: Members) -> tuple[dict[str, str], list[str]]:
    old, new = tag_map(before), tag_map(after)
    return {key: value for key, value in new.items() if old.get(key) != value}, sorted(set(old) - set(new))


# ---- log groups

_GROUP = ("LogGroupName", "RetentionInDays", "KmsKeyId", "LogGroupClass", "Tags")


def _create_group(context: HandlerContext, properties: Members) -> Members:
    _only(context, properties, *_GROUP)
    name, arguments = properties["LogGroupName"], {"logGroupName": properties["LogGroupName"]}
    if properties.get("KmsKeyId"):
        arguments["kmsKeyId"] = properties["KmsKeyId"]
    tags = {"tags": tag_map(properties)} if properties.get("Tags") else {}
    context.call("logs", "create_log_group", **arguments, **tags)
    if properties.get("RetentionInDays"):
        context.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=properties["RetentionInDays"])
    return {"Arn": f"arn:aws:logs:{context.region}:{context.account}:log-group:{name}:*"}


def _update_group(context: HandlerContext, before: Members, after: Members) -> Members:
    _only(context, after, *_GROUP)
    name = after["LogGroupName"]
    if changed(before, after, "RetentionInDays"):
        if after.get("RetentionInDays"):
            context.call("logs", "put_retention_policy", logGroupName=name, retentionInDays=after["RetentionInDays"])
        else:
            context.call("logs", "delete_retention_policy", logGroupName=name)
    if changed(before, after, "KmsKeyId"):
        if after.get("KmsKeyId"):
            context.call("logs", "associate_kms_key", logGroupName=name, kmsKeyId=after["KmsKeyId"])
        else:
            context.call("logs", "disassociate_kms_key", logGroupName=name)
    added, removed = _tag_changes(before, after)
    arn = str(after["Arn"]).removesuffix(":*")
    if added:
        context.call("logs", "tag_resource", resourceArn=arn, tags=added)
    if removed:
        context.call("logs", "untag_resource", resourceArn=arn, tagKeys=removed)
    return {}


LOG_GROUP = ResourceHandler(
    type_name="AWS::Logs::LogGroup",
    create=_create_group,
    update=_update_group,
    delete=lambda context, properties: _done(
        context.call("logs", "delete_log_group", logGroupName=properties["LogGroupName"])
    ),
    reference=lambda properties: str(properties["LogGroupName"]),
    name="LogGroupName",
    name_limit=512,
)


# ---- tables

_TABLE = (
    "TableName",
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "SSESpecification",
    "TimeToLiveSpecification",
    "PointInTimeRecoverySpecification",
    "DeletionProtectionEnabled",
    "Tags",
)


def _encryption(properties: Members) -> dict[str, Any]:
    stated = properties.get("SSESpecification")
    if not stated:
        return {}
    kept = given(stated, "SSEType", "KMSMasterKeyId")
    return {"SSESpecification": {"Enabled": boolean(stated.get("SSEEnabled")), **kept}}


def _create_table(context: HandlerContext, properties: Members) -> Members:
    _only(context, properties, *_TABLE)
    plain = given(
        properties,
        "TableName",
        "AttributeDefinitions",
        "KeySchema",
        "BillingMode",
        "ProvisionedThroughput",
        "DeletionProtectionEnabled",
        "Tags",
    )
    made = context.call("dynamodb", "create_table", **plain, **_encryption(properties))
    context.call("dynamodb", "describe_table", TableName=properties["TableName"])
    _table_extras(context, {}, properties)
    return {"Arn": made["TableDescription"]["TableArn"]}


def _table_extras(context: HandlerContext, before: Members, after: Members) -> None:
    name = after["TableName"]
    if changed(before, after, "TimeToLiveSpecification"):
        stated = after.get("TimeToLiveSpecification") or {**before["TimeToLiveSpecification"], "Enabled": False}
        specification = {"AttributeName": stated["AttributeName"], "Enabled": boolean(stated["Enabled"])}
        context.call("dynamodb", "update_time_to_live", TableName=name, TimeToLiveSpecification=specification)
    if changed(before, after, "PointInTimeRecoverySpecification"):
        stated = after.get("PointInTimeRecoverySpecification") or {}
        enabled = {"PointInTimeRecoveryEnabled": boolean(stated.get("PointInTimeRecoveryEnabled"))}
        context.call("dynamodb", "update_continuous_backups", TableName=name, PointInTimeRecoverySpecification=enabled)


def _update_table(context: HandlerContext, before: Members, after: Members) -> Members:
    _only(context, after, *_TABLE)
    if changed(before, after, "KeySchema"):
        raise context.fail("a table's keys cannot be changed: give the table another name")
    names = ("BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled")
    differing = {name: after[name] for name in names if name in after and changed(before, after, name)}
    encryption = _encryption(after) if changed(before, after, "SSESpecification") else {}
    if differing or encryption:
        context.call("dynamodb", "update_table", TableName=after["TableName"], **differing, **encryption)
    _table_extras(context, before, after)
    added, removed = _tag_changes(before, after)
    if added:
        tags = [{"Key": key, "Value": value} for key, value in added.items()]
        context.call("dynamodb", "tag_resource", ResourceArn=after["Arn"], Tags=tags)
    if removed:
        context.call("dynamodb", "untag_resource", ResourceArn=after["Arn"], TagKeys=removed)
    return {}


TABLE = ResourceHandler(
    type_name="AWS::DynamoDB::Table",
    create=_create_table,
    update=_update_table,
    delete=lambda context, properties: _done(
        context.call("dynamodb", "delete_table", TableName=properties["TableName"])
    ),
    reference=lambda properties: str(properties["TableName"]),
    name="TableName",
    name_limit=255,
)


# ---- web ACLs

_ACL = ("Name", "Scope", "Description", "DefaultAction", "Rules", "VisibilityConfig", "Tags")


def _create_acl(context: HandlerContext, properties: Members) -> Members:
    _only(context, properties, *_ACL)
    made = context.call("wafv2", "create_web_acl", **given(properties, *_ACL))["Summary"]
    return {"Arn": made["ARN"], "Id": made["Id"]}


def _identity(properties: Members) -> dict[str, Any]:
    return {"Name": properties["Name"], "Scope": properties["Scope"], "Id": properties["Id"]}


def _update_acl(context: HandlerContext, before: Members, after: Members) -> Members:
    _only(context, after, *_ACL)
    token = context.call("wafv2", "get_web_acl", **_identity(after))["LockToken"]
    stated = given(after, "Description", "DefaultAction", "VisibilityConfig")
    rules = after.get("Rules") or []
    context.call("wafv2", "update_web_acl", **_identity(after), LockToken=token, Rules=rules, **stated)
    added, removed = _tag_changes(before, after)
    if added:
        tags = [{"Key": key, "Value": value} for key, value in added.items()]
        context.call("wafv2", "tag_resource", ResourceARN=after["Arn"], Tags=tags)
    if removed:
        context.call("wafv2", "untag_resource", ResourceARN=after["Arn"], TagKeys=removed)
    return {}


def _delete_acl(context: HandlerContext, properties: Members) -> None:
    token = context.call("wafv2", "get_web_acl", **_identity(properties))["LockToken"]
    context.call("wafv2", "delete_web_acl", **_identity(properties), LockToken=token)


WEB_ACL = ResourceHandler(
    type_name="AWS::WAFv2::WebACL",
    create=_create_acl,
    update=_update_acl,
    delete=_delete_acl,
    reference=lambda properties: f"{properties['Name']}|{properties['Id']}|{properties['Scope']}",
    name="Name",
    name_limit=128,
)


def _associate(context: HandlerContext, properties: Members) -> Members:
    context.call("wafv2", "associate_web_acl", **dict(properties))
    return {}


ASSOCIATION = ResourceHandler(
    type_name="AWS::WAFv2::WebACLAssociation",
    create=_associate,
    delete=lambda context, properties: _done(
        context.call("wafv2", "disassociate_web_acl", ResourceArn=properties["ResourceArn"])
    ),
    reference=lambda properties: f"{properties['ResourceArn']}|{properties['WebACLArn']}",
)


# ---- alarms of alarms

_ALARM = (
    "AlarmName",
    "AlarmRule",
    "AlarmDescription",
    "ActionsEnabled",
    "AlarmActions",
    "OKActions",
    "InsufficientDataActions",
)


def _put_alarm(context: HandlerContext, properties: Members) -> Members:
    _only(context, properties, *_ALARM, "Tags")
    tags = {"Tags": list(properties["Tags"])} if properties.get("Tags") and "Arn" not in properties else {}
    rule = properties["AlarmRule"]
    if not isinstance(rule, str):
        raise context.fail(f"AlarmRule is an expression, not {json.dumps(rule)}")
    context.call("cloudwatch", "put_composite_alarm", **given(properties, *_ALARM), **tags)
    return {"Arn": f"arn:aws:cloudwatch:{context.region}:{context.account}:alarm:{properties['AlarmName']}"}


def _update_alarm(context: HandlerContext, before: Members, after: Members) -> Members:
    back = _put_alarm(context, after) if changed(before, after, *_ALARM) else {}
    added, removed = _tag_changes(before, after)
    if added:
        tags = [{"Key": key, "Value": value} for key, value in added.items()]
        context.call("cloudwatch", "tag_resource", ResourceARN=after["Arn"], Tags=tags)
    if removed:
        context.call("cloudwatch", "untag_resource", ResourceARN=after["Arn"], TagKeys=removed)
    return back


COMPOSITE_ALARM = ResourceHandler(
    type_name="AWS::CloudWatch::CompositeAlarm",
    create=_put_alarm,
    update=_update_alarm,
    delete=lambda context, properties: _done(
        context.call("cloudwatch", "delete_alarms", AlarmNames=[properties["AlarmName"]])
    ),
    reference=lambda properties: str(properties["AlarmName"]),
    name="AlarmName",
    name_limit=255,
)

HANDLERS = (LOG_GROUP, TABLE, WEB_ACL, ASSOCIATION, COMPOSITE_ALARM)
