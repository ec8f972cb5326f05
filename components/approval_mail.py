"""Where a project's approvers get their links."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.rendering import rendered
from policies.documents.approval_link import mail_topic


@dataclass(frozen=True, kw_only=True)
class ApprovalMailArgs:
    """The topic's name and key, the one role (ARN) that publishes there, and the approvers' addresses by name."""

    name: str
    account: str
    partition: str
    key_arn: pulumi.Input[str]
    sender: str
    approvers: Mapping[str, str]


class ApprovalMail(pulumi.ComponentResource):
    """An encrypted topic of which each approver gets the messages that name them, and nobody else's."""

    def __init__(self, name: str, args: ApprovalMailArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:operations:ApprovalMail", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        topic = aws.sns.Topic(f"{name}-topic", name=args.name, kms_master_key_id=args.key_arn, opts=options)
        aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=rendered(
                mail_topic, topic=topic.arn, account=args.account, partition=args.partition, sender=args.sender
            ),
            opts=options,
        )
        for approver, email in args.approvers.items():
            aws.sns.TopicSubscription(
                f"{name}-{approver}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                filter_policy=json.dumps({"approver": [approver]}),
                opts=options,
            )
        self.arn = topic.arn
        self.register_outputs({"arn": self.arn})
