"""An account's own bus for the platform's events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.scope import Scope
from components.dead_letters import DeadLetters, DeadLettersArgs
from policies.documents.shared import event_bus


@dataclass(frozen=True, kw_only=True)
class EventBusArgs:
    """Name of the bus, the accounts that put events on it, and the topic that hears of failures.

    `key_arn` is the key of what could not be delivered to the topic.
    """

    name: str
    scope: Scope
    senders: Sequence[str]
    topic_arn: pulumi.Input[str]
    endpoint_prefix: str
    key_arn: pulumi.Input[str]


class EventBus(pulumi.ComponentResource):
    """A bus that named accounts may put events on, and a rule that tells the alarm topic when an endpoint fails.

    The rule stands on the default bus: AWS services send their events nowhere else.
    """

    def __init__(self, name: str, args: EventBusArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:operations:EventBus", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        self.bus = aws.cloudwatch.EventBus(
            f"{name}-bus", name=args.name, description="Events of the models served here", opts=options
        )
        # Computed, so that a preview shows the policy.
        arn = args.scope.arn("events", f"event-bus/{args.name}")
        aws.cloudwatch.EventBusPolicy(
            f"{name}-policy",
            event_bus_name=self.bus.name,
            policy=event_bus(args.scope.partition, arn, list(args.senders)),
            opts=options,
        )
        rule = aws.cloudwatch.EventRule(
            f"{name}-endpoint-failures",
            name=f"{args.name}-endpoint-failures",
            description="An endpoint failed or could not be updated",
            event_pattern=_failures(args.scope.account, args.endpoint_prefix),
            opts=options,
        )
        dead_letters = DeadLetters(f"{name}-dead-letters", _dead_letters(args), options)
        aws.cloudwatch.EventTarget(
            f"{name}-endpoint-failures",
            rule=rule.name,
            target_id="alarm-topic",
            arn=args.topic_arn,
            dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=dead_letters.arn),
            opts=options,
        )
        self._watch_deliveries(name, args, rule)
        self.arn = self.bus.arn
        self.register_outputs({"arn": self.arn, "name": self.bus.name})

    def _watch_deliveries(self, name: str, args: EventBusArgs, rule: aws.cloudwatch.EventRule) -> None:
        """An alarm for events that found their rule and not their target."""
        aws.cloudwatch.MetricAlarm(
            f"{name}-undelivered",
            name=f"{args.name}-undelivered-events",
            alarm_description="Events matched the rule and could not be delivered: look at its target's policy and key",
            namespace="AWS/Events",
            metric_name="FailedInvocations",
            dimensions={"RuleName": rule.name},
            statistic="Sum",
            period=300,
            evaluation_periods=1,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )


def queue_name(bus: str) -> str:
    """Name of the queue of events that a bus's rule could not deliver; its key's policy names it."""
    return f"{bus}-dead-letters"


def _dead_letters(args: EventBusArgs) -> DeadLettersArgs:
    return DeadLettersArgs(
        queue=queue_name(args.name),
        alarm=f"{args.name}-lost-events",
        description="An endpoint failed and the alarm topic was not told: the event waits in the dead-letter queue",
        scope=args.scope,
        rules=[f"{args.name}-endpoint-failures"],
        key_arn=args.key_arn,
        topic_arn=args.topic_arn,
    )


def _failures(account: str, endpoint_prefix: str) -> str:
    # Status in upper snake case here, unlike the API: SageMaker Developer Guide, "Events that Amazon SageMaker AI sends
    # to Amazon EventBridge".
    return json.dumps(
        {
            "source": ["aws.sagemaker"],
            "account": [account],
            "detail-type": ["SageMaker Endpoint State Change"],
            "detail": {
                "EndpointName": [{"prefix": endpoint_prefix}],
                "EndpointStatus": ["FAILED", "UPDATE_ROLLBACK_FAILED"],
            },
        }
    )
