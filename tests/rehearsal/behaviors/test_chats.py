"""A channel of Slack is told of alarms where somebody let the workspace in, and commands nothing by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assumptions.entries.chatbot_names_its_source import ASSUMPTION
from assumptions.outcomes import failing
from rehearsal.aws.cloud import Cloud
from rehearsal.service_model.required_action import ApiRequest
from rehearsal.services import chatbot, rights_of, services
from tests.rehearsal.engine.programs import ACCOUNT, REGION, trust

WORKSPACE, CHANNEL = "T07EA123LEP", "C07EZ1ABC23"
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"


class Account:
    """An account's owner with a topic and a role, and a workspace that was let in."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.owner = cloud, cloud.owner(ACCOUNT)
        self.topic = self.client("sns").create_topic(Name="alarms")["TopicArn"]
        self.role = self.make_role("chat", "chatbot")
        chatbot.let_workspace_in(cloud.records(ACCOUNT, chatbot.HOME), WORKSPACE)

    def client(self, service: str, region: str = REGION) -> Any:
        return self.cloud.client(self.owner, service, region)

    def make_role(self, name: str, service: str) -> str:
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))
        return str(made["Role"]["Arn"])

    def channel(self, region: str = chatbot.HOME, **given: Any) -> dict[str, Any]:
        right = {
            "ConfigurationName": "alarms",
            "SlackTeamId": WORKSPACE,
            "SlackChannelId": CHANNEL,
            "IamRoleArn": self.role,
            "GuardrailPolicyArns": [DENY_ALL],
            "SnsTopicArns": [self.topic],
        }
        made = self.client("chatbot", region).create_slack_channel_configuration(**{**right, **given})
        return dict(made["ChannelConfiguration"])

    def found(self) -> list[dict[str, Any]]:
        answer = self.client("chatbot", chatbot.HOME).describe_slack_channel_configurations()
        return list(answer["SlackChannelConfigurations"])


@pytest.fixture
def account() -> Iterator[Account]:
    with Cloud(REGION) as cloud:
        yield Account(cloud)


def refused(account: Account, code: str, words: str, **given: Any) -> None:
    before = account.found()
    with pytest.raises(ClientError, match=words) as raised:
        account.channel(**given)
    assert raised.value.response["Error"]["Code"] == code
    assert account.found() == before


def test_a_channel_is_told_and_found_again_until_it_is_deleted(account: Account) -> None:
    made = account.channel()
    assert made["ChatConfigurationArn"] == f"arn:aws:chatbot::{ACCOUNT}:chat-configuration/slack-channel/alarms"
    assert made["SnsTopicArns"] == [account.topic]
    assert (made["LoggingLevel"], made["UserAuthorizationRequired"]) == ("NONE", False)
    assert account.found() == [made]
    client = account.client("chatbot", chatbot.HOME)
    client.delete_slack_channel_configuration(ChatConfigurationArn=made["ChatConfigurationArn"])
    assert account.found() == []
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.delete_slack_channel_configuration(ChatConfigurationArn=made["ChatConfigurationArn"])


@pytest.mark.aws_behavior("require_workspace")
def test_a_workspace_that_nobody_let_in_is_refused(account: Account) -> None:
    refused(account, "InvalidRequestException", "T0000000000 is not authorized", SlackTeamId="T0000000000")
    shown = account.client("chatbot", chatbot.HOME).describe_slack_workspaces()["SlackWorkspaces"]
    assert [each["SlackTeamId"] for each in shown] == [WORKSPACE]


@pytest.mark.aws_behavior("require_channel_is_free")
def test_a_channel_that_is_told_already_is_refused(account: Account) -> None:
    first = account.channel()
    words = f"Slack channel with ID {CHANNEL} in Slack team {WORKSPACE} has already been configured"
    refused(account, "InvalidRequestException", words, ConfigurationName="others")
    refused(account, "ConflictException", "alarms already exists", SlackChannelId="C0000000001")
    other = account.channel(ConfigurationName="others", SlackChannelId="C0000000001")
    client = account.client("chatbot", chatbot.HOME)
    with pytest.raises(ClientError, match="has already been configured"):
        client.update_slack_channel_configuration(
            ChatConfigurationArn=other["ChatConfigurationArn"], SlackChannelId=CHANNEL
        )
    client.update_slack_channel_configuration(
        ChatConfigurationArn=first["ChatConfigurationArn"], SlackChannelId=CHANNEL, LoggingLevel="ERROR"
    )
    assert [each["LoggingLevel"] for each in account.found()] == ["ERROR", "NONE"]


@pytest.mark.aws_behavior("require_channel_role")
def test_a_role_that_does_not_trust_the_service_is_refused(account: Account) -> None:
    other = account.make_role("other", "lambda")
    for role in (other, f"arn:aws:iam::{ACCOUNT}:role/nobody"):
        refused(account, "InvalidRequestException", f"cannot assume the role {role}", IamRoleArn=role)


@pytest.mark.aws_behavior("guardrails")
@pytest.mark.parametrize("given", [{"GuardrailPolicyArns": []}, {}])
def test_a_channel_without_guardrails_has_one_that_holds_nobody_back(account: Account, given: dict[str, Any]) -> None:
    client = account.client("chatbot", chatbot.HOME)
    made = client.create_slack_channel_configuration(
        ConfigurationName="a", SlackTeamId=WORKSPACE, SlackChannelId=CHANNEL, IamRoleArn=account.role, **given
    )
    assert made["ChannelConfiguration"]["GuardrailPolicyArns"] == [chatbot.DEFAULT_GUARDRAIL]


@pytest.mark.aws_behavior("guardrails")
@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:iam::{ACCOUNT}:policy/nobody",
        "arn:aws:iam::aws:policy/AWSDenyEverything",
        "arn:aws:iam::aws:policy/aws-service-role/AWSChatbotServiceLinkedRolePolicy",
        f"arn:aws:iam::{ACCOUNT}:role/chat",
    ],
)
def test_a_guardrail_that_is_no_policy_is_refused(account: Account, arn: str) -> None:
    with pytest.raises(ClientError):
        account.channel(GuardrailPolicyArns=[arn])
    assert account.found() == []


@pytest.mark.aws_behavior("require_topics")
def test_a_topic_that_is_not_there_or_another_account_s_is_refused(account: Account) -> None:
    for topic in (f"{account.topic}-more", account.topic.replace(ACCOUNT, "222222222222"), account.role):
        refused(account, "InvalidRequestException", "does not exist in AWS account", SnsTopicArns=[topic])


@pytest.mark.aws_behavior("require_chat_region")
def test_no_other_region_takes_channels_here(account: Account) -> None:
    with pytest.raises(ClientError, match=r"Could not connect to the endpoint URL: https://chatbot\.eu-central-1"):
        account.channel(region="eu-central-1")
    with pytest.raises(ClientError, match="only the endpoint of us-east-2 is rehearsed"):
        account.channel(region="eu-west-1")


@pytest.mark.aws_behavior("chat_makes_its_role")
def test_whoever_makes_a_channel_passes_its_role_and_may_make_the_service_s_own(account: Account) -> None:
    given = {"ConfigurationName": "alarms", "IamRoleArn": account.role, "Tags": [{"TagKey": "owner", "TagValue": "x"}]}
    request = ApiRequest(
        service="chatbot",
        operation="CreateSlackChannelConfiguration",
        account=ACCOUNT,
        region=chatbot.HOME,
        parameters=given,
    )
    rights = {right.action: right for right in rights_of(request) or ()}
    assert rights["chatbot:CreateSlackChannelConfiguration"].context["aws:RequestTag/owner"] == "x"
    assert rights["chatbot:TagResource"].resource.endswith(":chat-configuration/slack-channel/alarms")
    assert rights["iam:PassRole"].resource == account.role
    assert rights["iam:PassRole"].context == {"iam:PassedToService": "chatbot.amazonaws.com"}
    linked = rights["iam:CreateServiceLinkedRole"]
    assert linked.resource.endswith("/management.chatbot.amazonaws.com/AWSServiceRoleForAWSChatbot")
    assert linked.context == {"iam:AWSServiceName": "management.chatbot.amazonaws.com"}


def test_whether_the_service_names_its_source_is_an_assumption() -> None:
    assert services()["chatbot"].tells_its_source
    with failing([ASSUMPTION.name]):
        assert not services()["chatbot"].tells_its_source
