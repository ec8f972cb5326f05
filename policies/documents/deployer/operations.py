"""The deployer's rights over what tells of the platform: logs, alarms, events, topics, parameters, groups."""

from __future__ import annotations

from catalog.names import ProjectNames
from policies.documents import common_statements
from policies.documents.account import AccountScope
from policies.documents.deployer.deployed import DeployedTypes
from policies.documents.statement import Statement

_LOG_GROUPS = (
    "logs:AssociateKmsKey",
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:DeleteRetentionPolicy",
    "logs:DisassociateKmsKey",
    "logs:ListTagsForResource",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
)
_ALARMS = (
    "cloudwatch:DeleteAlarms",
    "cloudwatch:ListTagsForResource",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
)
_RULES = (
    "events:DeleteRule",
    "events:DescribeRule",
    "events:DisableRule",
    "events:EnableRule",
    "events:ListTagsForResource",
    "events:ListTargetsByRule",
    "events:PutRule",
    "events:PutTargets",
    "events:RemoveTargets",
    "events:TagResource",
    "events:UntagResource",
)
_BUSES = (
    "events:CreateEventBus",
    "events:DeleteEventBus",
    "events:DescribeEventBus",
    "events:ListTagsForResource",
    "events:TagResource",
    "events:UntagResource",
    "events:UpdateEventBus",
)
_TOPICS = (
    "sns:CreateTopic",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:ListTagsForResource",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
    "sns:TagResource",
    "sns:UntagResource",
)
_QUEUES = (
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
    "sqs:SetQueueAttributes",
    "sqs:TagQueue",
    "sqs:UntagQueue",
)
_CHATS = (
    "chatbot:DeleteSlackChannelConfiguration",
    "chatbot:TagResource",
    "chatbot:UntagResource",
    "chatbot:UpdateSlackChannelConfiguration",
)
_PARAMETERS = (
    "ssm:AddTagsToResource",
    "ssm:DeleteParameter",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:ListTagsForResource",
    "ssm:PutParameter",
    "ssm:RemoveTagsFromResource",
)
_RESOURCE_GROUPS = (
    "resource-groups:DeleteGroup",
    "resource-groups:GetGroup",
    "resource-groups:GetGroupConfiguration",
    "resource-groups:GetGroupQuery",
    "resource-groups:GetTags",
    "resource-groups:Tag",
    "resource-groups:Untag",
    "resource-groups:UpdateGroup",
    "resource-groups:UpdateGroupQuery",
)


def _logs(account: AccountScope) -> tuple[Statement, ...]:
    prefix = account.prefix
    groups = (f"/{prefix}/*", f"/aws/codebuild/{prefix}-*", f"/aws/lambda/{prefix}-*")
    return (
        Statement(
            sid="KeepLogGroups",
            actions=_LOG_GROUPS,
            resources=[account.arn("logs", f"log-group:{name}") for name in groups],
        ),
        Statement(
            sid="FindLogGroups",
            actions=["logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups"],
            resources=["*"],
            reason="Neither lists nor the delivery of flow logs know a resource (Service Authorization "
            'Reference, "Amazon CloudWatch Logs")',
        ),
        Statement(
            sid="KeepAlarms",
            actions=_ALARMS,
            resources=[account.arn("cloudwatch", f"alarm:{prefix}-*")],
        ),
        common_statements.see_alarms(),
    )


def _events(account: AccountScope) -> tuple[Statement, ...]:
    prefix = account.prefix
    # Pipelines, and the rules that start them, begin with the project's id: see names.py.
    rules = [
        account.arn("events", f"rule/{name}")
        for name in (f"{prefix}-*", *(f"*-{prefix}-{purpose}" for purpose in ("build", "deploy", "rollback")))
    ]
    buses = [account.arn("events", f"event-bus/{prefix}-*")]
    return (
        Statement(
            sid="KeepRules",
            actions=_RULES,
            resources=rules,
        ),
        Statement(
            sid="KeepBuses",
            actions=_BUSES,
            resources=buses,
        ),
        Statement(
            sid="SayWhoPutsEvents",
            actions=["events:PutPermission", "events:RemovePermission"],
            resources=["*"],
            reason="A bus's policy knows no resource (Service Authorization Reference, 'Amazon EventBridge')",
        ),
    )


def _topics(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="KeepTopics",
            actions=_TOPICS,
            resources=[account.arn("sns", f"{account.prefix}-*")],
        ),
        Statement(
            sid="KeepSubscriptions",
            actions=["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"],
            resources=["*"],
            reason='What concerns a subscription knows no resource (Service Authorization Reference, "Amazon SNS")',
        ),
    )


def _queues(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="KeepDeadLetterQueues",
            actions=_QUEUES,
            resources=[account.arn("sqs", ProjectNames(account.prefix, "*").dead_letters())],
        ),
    )


def _parameters(account: AccountScope) -> tuple[Statement, ...]:
    prefix = account.prefix
    return (
        Statement(
            sid="KeepParameters",
            actions=_PARAMETERS,
            resources=[account.arn("ssm", f"parameter/{prefix}/*")],
        ),
        Statement(
            sid="FindParametersAndGroups",
            actions=["cloudformation:DescribeStacks", "ssm:DescribeParameters", "tag:GetResources"],
            resources=["*"],
            reason="Lists of parameters and of tagged resources know no resource (Service Authorization "
            'Reference, "AWS Resource Groups")',
        ),
        Statement(
            sid="MakeResourceGroups",
            actions=["resource-groups:CreateGroup"],
            resources=["*"],
            conditions={"StringEquals": {"aws:RequestTag/platform": prefix}},
            reason='A group that does not exist has no ARN (Service Authorization Reference, "AWS Resource '
            'Groups"); its tag is asked for',
        ),
        Statement(
            sid="KeepResourceGroups",
            actions=_RESOURCE_GROUPS,
            resources=[account.arn("resource-groups", f"group/{prefix}-*")],
        ),
    )


def _chats(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="MakeChatChannels",
            actions=["chatbot:CreateSlackChannelConfiguration"],
            resources=["*"],
            conditions=account.tagging(),
            reason='A channel that is not configured has no ARN (Service Authorization Reference, "AWS Chatbot"); its '
            "tag is asked for",
        ),
        Statement(
            sid="KeepChatChannels",
            actions=_CHATS,
            resources=[account.chat_channels(f"{account.prefix}-*")],
        ),
        Statement(
            sid="FindChatChannels",
            actions=["chatbot:DescribeSlackChannelConfigurations", "chatbot:ListTagsForResource"],
            resources=["*"],
            reason='Neither knows a resource (Service Authorization Reference, "AWS Chatbot")',
        ),
    )


def _gateway_account(account: AccountScope) -> tuple[Statement, ...]:
    return (
        Statement(
            sid="SayWhoWritesAccessLogs",
            actions=["apigateway:GET", "apigateway:PATCH"],
            resources=[account.arn("apigateway", "/account", account="")],
        ),
    )


OPERATIONS = (
    DeployedTypes(
        types=("aws:apigateway/account:Account",),
        statements=_gateway_account,
        ceiling=("apigateway:GET", "apigateway:PATCH"),
        passed_to=("apigateway",),
    ),
    DeployedTypes(
        types=("aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",),
        statements=_chats,
        ceiling=("chatbot:*SlackChannelConfiguration*", "chatbot:*Tag*", "chatbot:UntagResource"),
        passed_to=("chatbot",),
    ),
    DeployedTypes(
        types=("aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/metricAlarm:MetricAlarm"),
        statements=_logs,
        ceiling=("cloudwatch:*", "logs:*"),
    ),
    DeployedTypes(
        types=(
            "aws:cloudwatch/eventBus:EventBus",
            "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
            "aws:cloudwatch/eventRule:EventRule",
            "aws:cloudwatch/eventTarget:EventTarget",
        ),
        statements=_events,
        ceiling=("events:*",),
    ),
    DeployedTypes(
        types=(
            "aws:sns/topic:Topic",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:sns/topicSubscription:TopicSubscription",
        ),
        statements=_topics,
        ceiling=("sns:*",),
    ),
    DeployedTypes(types=("aws:sqs/queue:Queue",), statements=_queues, ceiling=("sqs:*",)),
    DeployedTypes(
        types=("aws:resourcegroups/group:Group", "aws:ssm/parameter:Parameter"),
        statements=_parameters,
        ceiling=("cloudformation:Describe*", "resource-groups:*", "ssm:*", "tag:Get*"),
    ),
)
