"""Where alarms go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.rendering import rendered
from policies.documents.shared import alarm_topic


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs:
    """Name, key and readers of the topic."""

    name: str
    account: str
    key_arn: pulumi.Input[str]
    emails: Sequence[str] = ()


class AlarmTopic(pulumi.ComponentResource):
    """An encrypted topic to which this account's alarms and rules publish, and nobody else's."""

    def __init__(self, name: str, args: AlarmTopicArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:operations:AlarmTopic", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        self.topic = aws.sns.Topic(f"{name}-topic", name=args.name, kms_master_key_id=args.key_arn, opts=options)
        aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=self.topic.arn,
            policy=rendered(alarm_topic, topic=self.topic.arn, account=args.account),
            opts=options,
        )
        for email in args.emails:
            aws.sns.TopicSubscription(
                f"{name}-{email}", topic=self.topic.arn, protocol="email", endpoint=email, opts=options
            )
        self.arn = self.topic.arn
        self.register_outputs({"arn": self.arn})
