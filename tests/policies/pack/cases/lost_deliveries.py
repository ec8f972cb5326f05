"""Cases of the rule in `policies/pack/rules/lost_deliveries.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import lost_deliveries
from tests.policies.pack.pack_factories import ACCOUNT, KEY_ARN, REGION, make
from tests.policies.pack.resources.operations import QUEUE_ARN
from tests.policies.pack.rule_cases import Cases, on


def subscription(**props: Any) -> StackResource:
    return make("aws:sns/topicSubscription:TopicSubscription", "s", **{"protocol": "https", "topic": "t", **props})


def function(**props: Any) -> StackResource:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"
    return make("aws:lambda/function:Function", "f", **{"name": "f", "arn": arn, **props})


def permission(principal: object, function: object = "f") -> StackResource:
    return make("aws:lambda/permission:Permission", "p", principal=principal, function=function)


def mapping(source: object, **props: Any) -> StackResource:
    return make("aws:lambda/eventSourceMapping:EventSourceMapping", "m", eventSourceArn=source, **props)


def notification(**props: Any) -> StackResource:
    return make("aws:s3/bucketNotification:BucketNotification", "n", bucket="b", **props)


STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s"
RULES = permission("events.amazonaws.com")
CASES = Cases(
    rule=lost_deliveries.RULE,
    passes=[
        on(subscription(redrivePolicy=f'{{"deadLetterTargetArn": "{QUEUE_ARN}"}}')),
        on(function(deadLetterConfig={"targetArn": QUEUE_ARN}), RULES),
        on(function(deadLetterConfig={"targetArn": UNKNOWN}), RULES),
        on(
            function(),
            RULES,
            make(lost_deliveries.INVOKE_CONFIG, "c", functionName="f"),
        ),
        on(mapping(STREAM, destinationConfig={"onFailure": {"destinationArn": QUEUE_ARN}})),
        on(notification(eventbridge=True)),
        on(
            make("aws:cloudwatch/eventBus:EventBus", "b", kmsKeyIdentifier=KEY_ARN, deadLetterConfig={"arn": QUEUE_ARN})
        ),
        on(make("aws:scheduler/schedule:Schedule", "s", target={"deadLetterConfig": {"arn": QUEUE_ARN}})),
    ],
    violations=[
        (on(subscription()), "what it cannot deliver is lost: redrivePolicy names no place"),
        (on(function(), RULES), "events.amazonaws.com invokes it, and events with which it fails are lost"),
        (on(function(), permission("new-service.amazonaws.com")), "new-service.amazonaws.com invokes it"),
        (on(mapping(STREAM)), "records that the function fails with are lost"),
        (on(notification(topics=[{"topicArn": "t"}])), "S3 keeps nothing that topics could not be told"),
        (
            on(make("aws:cloudwatch/eventBus:EventBus", "b", kmsKeyIdentifier=KEY_ARN)),
            "events that its key does not encrypt are lost",
        ),
        (
            on(make("aws:scheduler/schedule:Schedule", "s", target={"arn": "a"})),
            "target.deadLetterConfig.arn names no place",
        ),
        (on(make("aws:pipes/pipe:Pipe", "p")), "it keeps nothing that it could not deliver: use a rule of EventBridge"),
    ],
    unknown=[
        (on(function(), permission("events.amazonaws.com", UNKNOWN)), "function of p"),
        (on(mapping(UNKNOWN)), "eventSourceArn of m"),
    ],
    not_applicable=[
        (on(subscription(protocol="email")), "it is a notice to a person"),
        (on(function()), "no service invokes it without waiting for its answer"),
        (on(function(), permission("apigateway.amazonaws.com")), "no service invokes it without waiting"),
        (on(mapping(QUEUE_ARN)), "its queue has a dead-letter queue of its own"),
        (on(make("aws:cloudwatch/eventBus:EventBus", "b")), "it has no key of its own"),
    ],
)
