"""A channel of a chat that hears of alarms, and can command nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.role import Role, RoleArgs
from policies.documents.trust import service_trust

# The service is no Region's: it has endpoints in four, and what one of them is told is stored in all of them; its
# console is in this one (AWS General Reference, "Amazon Q Developer in chat applications endpoints and quotas"; AWS
# Chatbot API Reference, "Welcome"). Stacks of all Regions make theirs here, so that AWS sees at once where two want one
# channel. Topics may be in any Region.
HOME = "us-east-2"
# What commands from the channel may do is what their role and the guardrails allow, both. Left out, AdministratorAccess
# is the guardrail (botocore, chatbot CreateSlackChannelConfiguration, GuardrailPolicyArns): whoever is in the channel
# could then do all that a role lets them, and people map roles of their own (Amazon Q Developer in chat applications
# Administrator Guide, "Understanding permissions"). This policy of AWS's denies everything.
DENY_ALL = "AWSDenyAll"


@dataclass(frozen=True, kw_only=True)
class ChatChannelArgs:
    """Names of configuration and role, the role's kind, path and boundary, which channel, and the topics it hears."""

    name: str
    scope: Scope
    role_kind: RoleKind
    role_name: str
    role_path: str
    boundary: pulumi.Input[str]
    workspace: str
    channel: str
    topics: Sequence[pulumi.Input[str]]


class ChatChannel(pulumi.ComponentResource):
    """A channel of Slack that Amazon Q Developer in chat applications, formerly AWS Chatbot, tells what topics get.

    The service subscribes to the topics itself, with its own service-linked role (its Administrator Guide,
    "Service-linked role for performing operations on Amazon SNS topics and CloudWatch Logs"); SNS decrypts for
    subscribers, and the topic's key lets those in who publish. Deleting the channel takes the subscriptions away.
    """

    def __init__(self, name: str, args: ChatChannelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:operations:ChatChannel", name, None, opts)
        role = Role(f"{name}-role", _role(args), pulumi.ResourceOptions(parent=self))
        aws.chatbot.SlackChannelConfiguration(
            f"{name}-slack",
            region=HOME,
            configuration_name=args.name,
            iam_role_arn=role.arn,
            slack_team_id=args.workspace,
            slack_channel_id=args.channel,
            sns_topic_arns=args.topics,
            guardrail_policy_arns=[f"arn:{args.scope.partition}:iam::aws:policy/{DENY_ALL}"],
            # Nobody's command runs as the channel, should its role ever be able to do something.
            user_authorization_required=True,
            # Its logs would lie in us-east-1, in a group of the service's without our key that keeps them for ever
            # (AWS CDK, "aws-chatbot", "Log Group"). What SNS could not deliver is SNS's metric.
            logging_level="NONE",
            # No update changes these two, and the provider does not replace for them (botocore, chatbot
            # UpdateSlackChannelConfiguration). A channel has one configuration: the old one goes first.
            opts=pulumi.ResourceOptions(
                parent=self, replace_on_changes=["configurationName", "slackTeamId"], delete_before_replace=True
            ),
        )
        self.register_outputs({})


def _role(args: ChatChannelArgs) -> RoleArgs:
    """A channel must have a role; this one may do nothing, and alarms are told without it."""
    return RoleArgs(
        kind=args.role_kind,
        name=args.role_name,
        path=args.role_path,
        description="The chat that alarms go to has it, and may do nothing",
        trust=service_trust("chatbot.amazonaws.com", args.scope.account),
        policy=None,
        boundary=args.boundary,
    )
