"""Where events wait that nobody could deal with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.scope import Scope
from policies.documents.remediation import dead_letters

# The longest that SQS keeps a message (botocore sqs SetQueueAttributes).
KEPT_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class DeadLettersArgs:
    """Names of queue and alarm, whose events are kept (rule names, or patterns), and who hears of them.

    `description` is the alarm's: what it means that an event waits there.
    """

    queue: str
    alarm: str
    description: str
    scope: Scope
    rules: Sequence[str]
    key_arn: pulumi.Input[str]
    topic_arn: pulumi.Input[str]


class DeadLetters(pulumi.ComponentResource):
    """A queue for events that reached no target or that the target could not deal with, and an alarm that tells of it.

    An event of an account control that is lost may be a job that runs outside the rules; one of a project, a model that
    was approved and not deployed.
    """

    def __init__(self, name: str, args: DeadLettersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:guards:DeadLetters", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=args.queue,
            kms_master_key_id=args.key_arn,
            message_retention_seconds=KEPT_SECONDS,
            policy=dead_letters(
                args.scope.arn("sqs", args.queue),
                [args.scope.arn("events", f"rule/{name}") for name in args.rules],
            ),
            opts=options,
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            name=args.alarm,
            alarm_description=args.description,
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            period=300,
            evaluation_periods=1,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            opts=options,
        )
        self.arn = queue.arn
        self.register_outputs({"arn": self.arn})
