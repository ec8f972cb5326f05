"""Where events wait that nobody could deal with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.scope import Scope
from policies.documents.remediation import dead_letters

# The longest that SQS keeps a message (botocore sqs SetQueueAttributes).
DAY = 24 * 3600
KEPT_SECONDS = 14 * DAY
# When the second alarm tells of an event that nobody has looked at.
OLD_SECONDS = 4 * DAY
_NUMBER, _AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"


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
    """A queue for events that reached no target or that the target could not deal with, and alarms that tell of it.

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
        self._alarm(f"{name}-alarm", args, queue, args.alarm, _NUMBER, 0, args.description)
        days = f"Nobody has looked at it for {OLD_SECONDS // DAY} days; after {KEPT_SECONDS // DAY} it is gone"
        self._alarm(f"{name}-age", args, queue, f"{args.alarm}-old", _AGE, OLD_SECONDS, f"{args.description}. {days}")
        self.arn = queue.arn
        self.register_outputs({"arn": self.arn})

    def _alarm(
        self, name: str, args: DeadLettersArgs, queue: aws.sqs.Queue, alarm: str, metric: str, above: int, text: str
    ) -> None:
        aws.cloudwatch.MetricAlarm(
            name,
            name=alarm,
            alarm_description=text,
            namespace="AWS/SQS",
            metric_name=metric,
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            period=300,
            evaluation_periods=1,
            threshold=above,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )
