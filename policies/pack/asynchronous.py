"""Kinds of resources that deliver asynchronously, and where each keeps what it could not deliver.

A closed world: every type of pulumi_aws that knows a dead-letter queue stands in one of these tables, or in `OTHER`
with what the property is instead (`tests/policies/pack/test_asynchronous.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

# Type -> the property that names the place.
KEPT_AT: Mapping[str, str] = {
    "aws:cloudwatch/eventTarget:EventTarget": "deadLetterConfig.arn",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "destinationConfig.onFailure.destination",
    "aws:scheduler/schedule:Schedule": "target.deadLetterConfig.arn",
    "aws:sns/topicSubscription:TopicSubscription": "redrivePolicy",
}
# Type -> the condition under which nothing is lost without a place, told by its own check.
JUDGED = (
    "aws:cloudwatch/eventBus:EventBus",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/function:Function",
    "aws:s3/bucketNotification:BucketNotification",
)
# Types that keep nothing at all, and what to use instead.
KEEP_NOTHING: Mapping[str, str] = {
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": "an alarm on a metric filter",
    "aws:codecommit/trigger:Trigger": "a rule of EventBridge",
    "aws:codestarnotifications/notificationRule:NotificationRule": "a rule of EventBridge",
    "aws:iot/topicRule:TopicRule": "a rule of EventBridge",
    "aws:pipes/pipe:Pipe": "a rule of EventBridge",
    "aws:ses/eventDestination:EventDestination": "a rule of EventBridge",
    "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination": "a rule of EventBridge",
}
# Types with such a property that deliver nothing, or are judged elsewhere.
OTHER: Mapping[str, str] = {
    "aws:customerprofiles/domain:Domain": "profiles of customers, which the platform has none of",
    "aws:sqs/queue:Queue": "SQS-02: a queue has a dead-letter queue, or is one",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "it says whose dead-letter queue a queue is",
    "aws:sqs/redrivePolicy:RedrivePolicy": "it says which dead-letter queue a queue has",
}
# Services that wait for the function's answer (Lambda Developer Guide, "Invoking Lambda functions"): what fails is told
# to whoever asked. Every other service's invocation counts as asynchronous.
WAITING_INVOKERS = frozenset(
    f"{service}.amazonaws.com"
    for service in ("apigateway", "cognito-idp", "elasticloadbalancing", "lex", "lexv2", "secretsmanager")
)
# SNS tries mailboxes and telephones for hours; what they miss is a notice, and what it is about is still there.
NOTICES = frozenset({"email", "email-json", "sms"})
