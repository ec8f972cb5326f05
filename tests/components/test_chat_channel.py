"""A channel of a chat as AWS gets it: it hears its topics, and nobody commands anything from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.chat_channel import HOME, ChatChannel, ChatChannelArgs
from rehearsal.aws.cloud import Cloud
from rehearsal.engine import Engine, StackFailed
from rehearsal.services import chatbot
from tests.rehearsal.engine.programs import ACCOUNT, REGION, STRICT, document, provider

TOKEN = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration"
ARGS = ChatChannelArgs(
    name="mlops-dev-alarms",
    scope=Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops"),
    role_kind=RoleKind.CHAT,
    role_name="mlops-dev-chat",
    role_path="/mlops/platform/",
    boundary="",
    workspace="T07EA123LEP",
    channel="C07EZ1ABC23",
    topics=[],
)


def program(args: ChatChannelArgs) -> Callable[[], None]:
    def build() -> None:
        options = pulumi.ResourceOptions(provider=provider())
        topic = aws.sns.Topic("t", name="mlops-dev-alarms", opts=options)
        boundary = aws.iam.Policy("b", name="boundary", policy=document("sns:Publish"), opts=options)
        ChatChannel("alarms-chat", replace(args, topics=[topic.arn], boundary=boundary.arn), options)

    return build


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Cloud(REGION) as cloud:
        chatbot.let_workspace_in(cloud.records(ACCOUNT, HOME), ARGS.workspace)
        yield Engine(cloud)


def channels(engine: Engine) -> list[dict[str, Any]]:
    client = engine.cloud.client(engine.cloud.owner(ACCOUNT), "chatbot", HOME)
    return list(client.describe_slack_channel_configurations()["SlackChannelConfigurations"])


def test_the_channel_hears_the_topic_and_its_guardrail_denies_everything(engine: Engine) -> None:
    engine.up("dev", program(ARGS), STRICT)
    [made] = channels(engine)
    assert made["SnsTopicArns"] == [f"arn:aws:sns:{REGION}:{ACCOUNT}:mlops-dev-alarms"]
    assert made["GuardrailPolicyArns"] == ["arn:aws:iam::aws:policy/AWSDenyAll"]
    assert made["UserAuthorizationRequired"]
    assert made["LoggingLevel"] == "NONE"
    assert engine.refresh("dev") == []


def test_the_role_may_do_nothing_and_is_bounded(engine: Engine) -> None:
    engine.up("dev", program(ARGS), STRICT)
    iam = engine.cloud.client(engine.cloud.owner(ACCOUNT), "iam")
    assert iam.list_role_policies(RoleName=ARGS.role_name)["PolicyNames"] == []
    assert iam.list_attached_role_policies(RoleName=ARGS.role_name)["AttachedPolicies"] == []
    role = iam.get_role(RoleName=ARGS.role_name)["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/boundary")
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "chatbot.amazonaws.com"}
    assert statement["Condition"] == {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}}


def test_another_channel_is_a_change_in_place_and_another_workspace_a_new_configuration(engine: Engine) -> None:
    engine.up("dev", program(ARGS), STRICT)
    chatbot.let_workspace_in(engine.cloud.records(ACCOUNT, HOME), "T0000000001")

    def steps(args: ChatChannelArgs) -> list[str]:
        events: list[str] = []

        def listen(event: str, resource: Any) -> None:
            if resource.type == TOKEN and event != "same":
                events.append(event)

        engine.up("dev", program(args), STRICT, listen)
        return events

    assert steps(replace(ARGS, channel="C0000000001")) == ["update"]
    assert "update" not in (replaced := steps(replace(ARGS, workspace="T0000000001")))
    assert replaced
    assert [(each["SlackTeamId"], each["SlackChannelId"]) for each in channels(engine)] == [
        ("T0000000001", ARGS.channel)
    ]


def test_a_workspace_that_nobody_let_in_is_told_by_name(engine: Engine) -> None:
    with pytest.raises(StackFailed, match="Slack workspace T0000000002 is not authorized"):
        engine.up("dev", program(replace(ARGS, workspace="T0000000002")), STRICT)


def test_nothing_is_left_when_the_channel_goes(engine: Engine) -> None:
    engine.up("dev", program(ARGS), STRICT)
    engine.destroy("dev")
    assert channels(engine) == []
