"""What watches and connects: logs, alarms, scaling, events, topics, queues, parameters, resource groups.

Source of each row: the service's SAR; tags at creation: the operation's own documentation in botocore.
"""

from __future__ import annotations

from typing import Any

from rehearsal.authorization.need import Asked, Need, Right, Table, needs, own, passes, values

# What concerns a group as a whole is asked of its streams, save for tags (CWL iam-access-control-overview-cwl).
GROUP = own("logs", "log-group:{logGroupName}:log-stream:")
_GROUP_ITSELF = own("logs", "log-group:{logGroupName}")
STREAM = own("logs", "log-group:{logGroupName}:log-stream:{logStreamName}")


def _on(prefix: str, resource: str, *actions: str) -> Table:
    return {action: needs(f"{prefix}:{action}", resource) for action in actions}


LOGS: Table = {
    **_on(
        "logs",
        GROUP,
        "AssociateKmsKey",
        "DeleteLogGroup",
        "DeleteRetentionPolicy",
        "DescribeLogStreams",
        "DisassociateKmsKey",
        "FilterLogEvents",
        "PutRetentionPolicy",
    ),
    **_on("logs", STREAM, "CreateLogStream", "GetLogEvents", "PutLogEvents"),
    "CreateLogGroup": (
        *needs("logs:CreateLogGroup", GROUP, tags="tags"),
        Need(action="logs:TagResource", resource=_GROUP_ITSELF, tags="tags", when="tags"),
    ),
    "DescribeLogGroups": needs("logs:DescribeLogGroups"),
    "ListTagsForResource": needs("logs:ListTagsForResource", "{resourceArn}"),
    "TagResource": needs("logs:TagResource", "{resourceArn}", tags="tags"),
    "UntagResource": needs("logs:UntagResource", "{resourceArn}", keys={"aws:TagKeys": "tagKeys"}),
}

ALARM = own("cloudwatch", "alarm:{AlarmName}")
CLOUDWATCH: Table = {
    "DeleteAlarms": needs("cloudwatch:DeleteAlarms", own("cloudwatch", "alarm:{AlarmNames}")),
    "DescribeAlarms": needs("cloudwatch:DescribeAlarms", own("cloudwatch", "alarm:{AlarmNames}")),
    "GetMetricData": needs("cloudwatch:GetMetricData"),
    "GetMetricStatistics": needs("cloudwatch:GetMetricStatistics"),
    "ListTagsForResource": needs("cloudwatch:ListTagsForResource", "{ResourceARN}"),
    "PutMetricAlarm": (
        *needs(
            "cloudwatch:PutMetricAlarm",
            ALARM,
            tags="Tags",
            keys={"cloudwatch:AlarmActions": "AlarmActions"},
            several=("cloudwatch:AlarmActions",),
        ),
        Need(action="cloudwatch:TagResource", resource=ALARM, tags="Tags", when="Tags"),
    ),
    "PutMetricData": needs("cloudwatch:PutMetricData", keys={"cloudwatch:namespace": "Namespace"}),
    "TagResource": needs("cloudwatch:TagResource", "{ResourceARN}", tags="Tags"),
    "UntagResource": needs("cloudwatch:UntagResource", "{ResourceARN}", keys={"aws:TagKeys": "TagKeys"}),
}

# A target's id is AWS's own; the request names it by what it scales.
TARGET = own("application-autoscaling", "scalable-target/*")
_SCALED = {
    "application-autoscaling:service-namespace": "ServiceNamespace",
    "application-autoscaling:scalable-dimension": "ScalableDimension",
}


def _scaling(action: str, resource: str = TARGET, **more: Any) -> Need:
    return Need(action=f"application-autoscaling:{action}", resource=resource, keys=_SCALED, **more)


SCALING: Table = {
    "DeleteScalingPolicy": (_scaling("DeleteScalingPolicy"),),
    "DeregisterScalableTarget": (_scaling("DeregisterScalableTarget"),),
    "DescribeScalableTargets": needs("application-autoscaling:DescribeScalableTargets"),
    "DescribeScalingPolicies": needs("application-autoscaling:DescribeScalingPolicies"),
    "PutScalingPolicy": (_scaling("PutScalingPolicy"),),
    "RegisterScalableTarget": (
        _scaling("RegisterScalableTarget", tags="Tags"),
        Need(action="application-autoscaling:TagResource", resource=TARGET, tags="Tags", when="Tags"),
    ),
}

BUS = own("events", "event-bus/{Name}")
_EVENTS = "events.amazonaws.com"


def _rule(action: str, member: str = "Name", **more: Any) -> Any:
    """Rules of the default bus have no bus in their ARN (SAR list_amazoneventbridge)."""

    def rights(asked: Asked) -> list[Right]:
        bus = str(asked.parameters.get("EventBusName") or "default")
        inner = "" if bus == "default" else f"{bus.rpartition('/')[2]}/"
        return Need(action=f"events:{action}", resource=own("events", f"rule/{inner}{{{member}}}"), **more).rights(
            asked
        )

    return rights


def _putting(asked: Asked) -> list[Right]:
    """Events of one call may go to several buses."""
    entries = asked.parameters.get("Entries") or [{}]
    found: dict[str, Right] = {}
    for one in entries:
        bus = str(one.get("EventBusName") or "default")
        whole = bus if bus.startswith("arn:") else None
        arn = whole or f"arn:{asked.partition}:events:{asked.region}:{asked.account}:event-bus/{bus}"
        keys = {"events:source": str(one.get("Source", "")), "events:detail-type": str(one.get("DetailType", ""))}
        context = {key: value for key, value in keys.items() if value}
        found[arn + str(context)] = Right(action="events:PutEvents", resource=arn, context=context)
    return list(found.values())


EVENTS: Table = {
    "CreateEventBus": (
        *needs("events:CreateEventBus", BUS, tags="Tags"),
        Need(action="events:TagResource", resource=BUS, tags="Tags", when="Tags"),
    ),
    "DeleteEventBus": needs("events:DeleteEventBus", BUS),
    "DeleteRule": (_rule("DeleteRule"),),
    "DescribeEventBus": needs("events:DescribeEventBus", BUS),
    "DescribeRule": (_rule("DescribeRule"),),
    "ListTagsForResource": needs("events:ListTagsForResource", "{ResourceARN}"),
    "ListTargetsByRule": (_rule("ListTargetsByRule", "Rule"),),
    "PutEvents": (_putting,),
    # These know no resource (SAR).
    "PutPermission": needs("events:PutPermission"),
    "RemovePermission": needs("events:RemovePermission"),
    "PutRule": (
        _rule("PutRule", tags="Tags"),
        _rule("TagResource", tags="Tags", when="Tags"),
        passes("RoleArn", _EVENTS),
    ),
    "PutTargets": (
        _rule("PutTargets", "Rule", keys={"events:TargetArn": "Targets.Arn"}, several=("events:TargetArn",)),
        passes("Targets.RoleArn", _EVENTS),
    ),
    "RemoveTargets": (_rule("RemoveTargets", "Rule"),),
    "TagResource": needs("events:TagResource", "{ResourceARN}", tags="Tags"),
    "UntagResource": needs("events:UntagResource", "{ResourceARN}", keys={"aws:TagKeys": "TagKeys"}),
    "UpdateEventBus": needs("events:UpdateEventBus", BUS),
}

_NEW_TOPIC = own("sns", "{Name}")
SNS: Table = {
    **_on("sns", "{TopicArn}", "DeleteTopic", "GetTopicAttributes", "Publish", "SetTopicAttributes"),
    "CreateTopic": (
        *needs("sns:CreateTopic", _NEW_TOPIC, tags="Tags"),
        Need(action="sns:TagResource", resource=_NEW_TOPIC, tags="Tags", when="Tags"),
    ),
    "GetSubscriptionAttributes": needs("sns:GetSubscriptionAttributes"),
    "ListTagsForResource": needs("sns:ListTagsForResource", "{ResourceArn}"),
    "SetSubscriptionAttributes": needs("sns:SetSubscriptionAttributes"),
    "Subscribe": needs("sns:Subscribe", "{TopicArn}", keys={"sns:Protocol": "Protocol", "sns:Endpoint": "Endpoint"}),
    "TagResource": needs("sns:TagResource", "{ResourceArn}", tags="Tags"),
    "Unsubscribe": needs("sns:Unsubscribe"),
    "UntagResource": needs("sns:UntagResource", "{ResourceArn}", keys={"aws:TagKeys": "TagKeys"}),
}

_NEW_QUEUE = own("sqs", "{QueueName}")


def _queue(action: str) -> Any:
    """A queue's URL ends with its account and name."""

    def rights(asked: Asked) -> list[Right]:
        parts = str(asked.parameters.get("QueueUrl", "*/*")).rstrip("/").rsplit("/", 2)
        account, name = (parts[-2], parts[-1]) if len(parts) > 1 and parts[-2].isdigit() else (asked.account, parts[-1])
        return [Right(action=f"sqs:{action}", resource=f"arn:{asked.partition}:sqs:{asked.region}:{account}:{name}")]

    return rights


SQS: Table = {
    **{
        action: (_queue(action),)
        for action in (
            "DeleteMessage",
            "DeleteQueue",
            "GetQueueAttributes",
            "ListQueueTags",
            "ReceiveMessage",
            "SendMessage",
            "SetQueueAttributes",
            "TagQueue",
            "UntagQueue",
        )
    },
    "CreateQueue": (
        *needs("sqs:CreateQueue", _NEW_QUEUE, tags="tags"),
        Need(action="sqs:TagQueue", resource=_NEW_QUEUE, tags="tags", when="tags"),
    ),
    "GetQueueUrl": needs("sqs:GetQueueUrl", _NEW_QUEUE),
}


def _parameter(action: str, member: str, **more: Any) -> Any:
    """A parameter's ARN has its name without the slash at the beginning (SAR list_awssystemsmanager)."""

    def rights(asked: Asked) -> list[Right]:
        names = [one.removeprefix("/") for one in values(asked.parameters, member)] or ["*"]
        base = f"arn:{asked.partition}:ssm:{asked.region}:{asked.account}:parameter/"
        row = Need(action=f"ssm:{action}", **more)
        return [
            Right(action=each.action, resource=base + name, context=each.context)
            for name in names
            for each in row.rights(asked)
        ]

    return rights


SSM: Table = {
    "AddTagsToResource": (_parameter("AddTagsToResource", "ResourceId", tags="Tags"),),
    "DeleteParameter": (_parameter("DeleteParameter", "Name"),),
    "DeleteParameters": (_parameter("DeleteParameters", "Names"),),
    "DescribeParameters": needs("ssm:DescribeParameters"),
    "GetParameter": (_parameter("GetParameter", "Name"),),
    "GetParameters": (_parameter("GetParameters", "Names"),),
    "GetParametersByPath": (_parameter("GetParametersByPath", "Path", keys={"ssm:Recursive": "Recursive"}),),
    "ListTagsForResource": (_parameter("ListTagsForResource", "ResourceId"),),
    "PutParameter": (
        _parameter("PutParameter", "Name", tags="Tags", keys={"ssm:Overwrite": "Overwrite"}),
        _parameter("AddTagsToResource", "Name", tags="Tags", when="Tags"),
    ),
    "RemoveTagsFromResource": (_parameter("RemoveTagsFromResource", "ResourceId"),),
}

_RESOURCE_GROUP = own("resource-groups", "group/{GroupName}")
RESOURCE_GROUPS: Table = {
    **_on(
        "resource-groups",
        _RESOURCE_GROUP,
        "DeleteGroup",
        "GetGroup",
        "GetGroupConfiguration",
        "GetGroupQuery",
        "UpdateGroup",
        "UpdateGroupQuery",
    ),
    "CreateGroup": needs("resource-groups:CreateGroup", tags="Tags"),
    "GetTags": needs("resource-groups:GetTags", "{Arn}"),
    "Tag": needs("resource-groups:Tag", "{Arn}", tags="Tags"),
    "Untag": needs("resource-groups:Untag", "{Arn}"),
}
