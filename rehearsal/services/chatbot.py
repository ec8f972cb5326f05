"""Amazon Q Developer in chat applications, formerly AWS Chatbot: channels of Slack that topics tell.

Actions and condition keys: Service Authorization Reference, "AWS Chatbot". Nothing is sent to Slack. That a workspace
is let in is a person's doing in the console, for which there is no operation: `let_workspace_in`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assumptions.entries.chatbot_names_its_source import ASSUMPTION as SOURCE
from assumptions.outcomes import holds
from policies.access.published.managed_policies import managed_policy_arns
from rehearsal.service_model.aws_behavior import aws_behavior
from rehearsal.service_model.emulator import EmulatedOperation, Members, ServiceRecords, ServiceRefusal, pick
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    Right,
    pass_role,
    requires,
    tag_actions,
)
from rehearsal.service_model.resource_type import ApiCall, ReadCall, ResourceType
from rehearsal.service_model.sample import Sample
from rehearsal.service_model.service import AwsService
from rehearsal.service_model.tagging import TagOperations
from rehearsal.service_model.trust import trusts_service

CHANNELS, WORKSPACES = "slack-channel", "slack-workspace"
SERVICE_PRINCIPAL = "chatbot.amazonaws.com"
# Where the console keeps configurations. What is written in one of the four Regions is in all of them, and what one
# then refuses of another is not said, so that the others are not rehearsed.
HOME = "us-east-2"
REGIONS = (HOME, "us-west-2", "eu-west-1", "ap-southeast-1")
DEFAULT_GUARDRAIL = "arn:aws:iam::aws:policy/AdministratorAccess"
_LINKED, _LINKED_ROLE = "management.chatbot.amazonaws.com", "AWSServiceRoleForAWSChatbot"
_SETTINGS = ("IamRoleArn", "LoggingLevel", "SlackChannelId", "UserAuthorizationRequired")


def _invalid(message: str) -> ServiceRefusal:
    return ServiceRefusal("InvalidRequestException", f"Invalid request provided: {message}")


@aws_behavior(
    'AWS General Reference, "Amazon Q Developer in chat applications endpoints and quotas": four Regions',
    'Amazon Q Developer in chat applications API Reference, "Welcome": data are stored in each of them',
)
def require_chat_region(records: ServiceRecords) -> None:
    """The service has endpoints in four Regions; in any other, no host of its name answers."""
    if records.region not in REGIONS:
        message = f"Could not connect to the endpoint URL: https://chatbot.{records.region}.amazonaws.com"
        raise ServiceRefusal("EndpointConnectionError", message)
    if records.region != HOME:
        raise _invalid(f"only the endpoint of {HOME} is rehearsed, where the console keeps what it configures")


def let_workspace_in(records: ServiceRecords, workspace: str) -> None:
    """What the account's owner does once in the console: the workspace may have channels configured."""
    records.all(WORKSPACES)[workspace] = {"SlackTeamId": workspace, "SlackTeamName": workspace, "State": "ENABLED"}


@aws_behavior(
    'AWS CloudFormation User Guide, "AWS::Chatbot::SlackChannelConfiguration": the initial authorization flow with '
    "Slack comes first, in the console",
)
def require_workspace(records: ServiceRecords, workspace: Any) -> Members:
    """A channel is configured in a workspace that somebody let in, in the console and in this account."""
    if workspace not in records.all(WORKSPACES):
        message = f"Slack workspace {workspace} is not authorized for AWS account {records.account}: do it in the "
        raise _invalid(f"{message}console of Amazon Q Developer in chat applications, once in each account")
    return records.all(WORKSPACES)[str(workspace)]


@aws_behavior(
    "CreateSlackChannelConfiguration's InvalidRequestException, as told in github.com/hashicorp/"
    "terraform-provider-awscc issue 1011: Slack channel with ID … in Slack team … has already been configured",
)
def require_channel_is_free(records: ServiceRecords, workspace: Any, channel: Any, own: str = "") -> None:
    """An account has one configuration of a channel, and as many topics in it as it likes."""
    for arn, other in records.all(CHANNELS).items():
        if arn != own and (other["SlackTeamId"], other["SlackChannelId"]) == (workspace, channel):
            message = f"Slack channel with ID {channel} in Slack team {workspace} has already been configured for"
            raise _invalid(f"{message} AWS account {records.account}.")


@aws_behavior(
    'Amazon Q Developer in chat applications Administrator Guide, "Understanding permissions": it assumes the role',
)
def require_channel_role(records: ServiceRecords, role_arn: Any) -> str:
    """A channel's role must exist and trust chatbot.amazonaws.com."""
    from moto.iam.models import iam_backends

    roles = iam_backends[records.account]["aws"].roles.values()
    found = next((role for role in roles if role.arn == role_arn), None)
    trust: Any = found.assume_role_policy_document if found else {}
    if not trusts_service(json.loads(trust) if isinstance(trust, str) else trust, SERVICE_PRINCIPAL):
        raise _invalid(f"{SERVICE_PRINCIPAL} cannot assume the role {role_arn}.")
    return str(role_arn)


@aws_behavior(
    "botocore, chatbot CreateSlackChannelConfigurationRequest: AdministratorAccess is applied by default",
    "CloudFormation resource schema of AWS::Chatbot::SlackChannelConfiguration: likewise",
)
def guardrails(records: ServiceRecords, given: Any) -> list[str]:
    """Without guardrails AdministratorAccess is one, which limits nothing; those that are named must exist."""
    from moto.iam.models import iam_backends

    known = managed_policy_arns() | iam_backends[records.account]["aws"].managed_policies.keys()
    arns = [str(arn) for arn in given or ()]
    for arn in arns:
        if arn not in known:
            raise _invalid(f"the guardrail policy {arn} does not exist.")
    return arns or [DEFAULT_GUARDRAIL]


@aws_behavior(
    'Amazon Q Developer in chat applications Administrator Guide, "Service-linked role for performing operations on '
    'Amazon SNS topics and CloudWatch Logs": it adds and removes the subscriptions',
)
def require_topics(records: ServiceRecords, given: Any) -> list[str]:
    """The service subscribes to the topics itself, with its service-linked role: they are there, and this account's."""
    from moto.sns.models import sns_backends

    arns = [str(arn) for arn in given or ()]
    for arn in arns:
        parts = arn.split(":")
        here = len(parts) == 6 and parts[2] == "sns" and parts[4] == records.account
        if not here or arn not in sns_backends[records.account][parts[3]].topics:
            raise _invalid(f"the SNS topic {arn} does not exist in AWS account {records.account}.")
    return arns


def create(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """CreateSlackChannelConfiguration."""
    require_chat_region(records)
    workspace, channel = given["SlackTeamId"], given["SlackChannelId"]
    team = require_workspace(records, workspace)
    require_channel_is_free(records, workspace, channel)
    name = given["ConfigurationName"]
    arn = f"arn:aws:chatbot::{records.account}:chat-configuration/slack-channel/{name}"
    if arn in records.all(CHANNELS):
        raise ServiceRefusal("ConflictException", f"The configuration {name} already exists.", 409)
    made: Members = {
        "ChatConfigurationArn": arn,
        "ConfigurationName": name,
        "SlackTeamId": workspace,
        "SlackTeamName": team["SlackTeamName"],
        "SlackChannelName": given.get("SlackChannelName") or channel,
        "LoggingLevel": "NONE",
        "UserAuthorizationRequired": False,
        "State": "ENABLED",
        "Tags": list(given.get("Tags") or ()),
    }
    return {"ChannelConfiguration": _set(records, made, given)}


def _set(records: ServiceRecords, channel: Members, given: Mapping[str, Any]) -> Members:
    """What both creating and updating say. Nothing is changed where something is wrong."""
    changed = {
        **pick(given, _SETTINGS),
        "IamRoleArn": require_channel_role(records, given.get("IamRoleArn", channel.get("IamRoleArn"))),
        "GuardrailPolicyArns": guardrails(
            records, given.get("GuardrailPolicyArns", channel.get("GuardrailPolicyArns"))
        ),
        "SnsTopicArns": require_topics(records, given.get("SnsTopicArns", channel.get("SnsTopicArns"))),
    }
    channel.update(changed)
    records.all(CHANNELS)[channel["ChatConfigurationArn"]] = channel
    return channel


def _channel(records: ServiceRecords, arn: Any) -> Members:
    require_chat_region(records)
    if arn not in records.all(CHANNELS):
        raise ServiceRefusal("ResourceNotFoundException", f"The configuration {arn} does not exist.", 404)
    return records.all(CHANNELS)[str(arn)]


def update(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UpdateSlackChannelConfiguration: workspace and name stay."""
    found = _channel(records, given["ChatConfigurationArn"])
    require_channel_is_free(records, found["SlackTeamId"], given["SlackChannelId"], found["ChatConfigurationArn"])
    return {"ChannelConfiguration": _set(records, found, given)}


def describe(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DescribeSlackChannelConfigurations: all, or the one that is named."""
    arn = given.get("ChatConfigurationArn")
    found = [_channel(records, arn)] if arn else list(records.all(CHANNELS).values())
    return {"SlackChannelConfigurations": found}


def delete(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """DeleteSlackChannelConfiguration."""
    _channel(records, given["ChatConfigurationArn"])
    return records.delete(CHANNELS, str(given["ChatConfigurationArn"]))


def workspaces(records: ServiceRecords, _: Mapping[str, Any]) -> Members:
    """DescribeSlackWorkspaces."""
    require_chat_region(records)
    return {"SlackWorkspaces": list(records.all(WORKSPACES).values())}


def tag(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """TagResource."""
    found = _channel(records, given["ResourceARN"])
    new = {each["TagKey"]: each for each in given["Tags"]}
    found["Tags"] = [*(each for each in found["Tags"] if each["TagKey"] not in new), *new.values()]
    return {}


def untag(records: ServiceRecords, given: Mapping[str, Any]) -> Members:
    """UntagResource."""
    found = _channel(records, given["ResourceARN"])
    found["Tags"] = [each for each in found["Tags"] if each["TagKey"] not in given["TagKeys"]]
    return {}


EMULATED: Mapping[str, EmulatedOperation] = {
    "CreateSlackChannelConfiguration": create,
    "DeleteSlackChannelConfiguration": delete,
    "DescribeSlackChannelConfigurations": describe,
    "DescribeSlackWorkspaces": workspaces,
    "ListTagsForResource": lambda records, given: {"Tags": _channel(records, given["ResourceARN"])["Tags"]},
    "TagResource": tag,
    "UntagResource": untag,
    "UpdateSlackChannelConfiguration": update,
}


@aws_behavior(
    "CloudFormation resource schema of AWS::Chatbot::SlackChannelConfiguration: iam:CreateServiceLinkedRole",
    'Amazon Q Developer in chat applications Administrator Guide, "Using service-linked roles": as its caller',
)
def chat_makes_its_role(request: ApiRequest) -> list[Right]:
    """An account's first configuration makes the service-linked role, as its caller."""
    arn = f"arn:{request.partition}:iam::{request.account}:role/aws-service-role/{_LINKED}/{_LINKED_ROLE}"
    return [Right(action="iam:CreateServiceLinkedRole", resource=arn, context={"iam:AWSServiceName": _LINKED})]


_NAMED = "arn:{partition}:chatbot::{account}:chat-configuration/slack-channel/{ConfigurationName}"
OPERATIONS: Operations = {
    "CreateSlackChannelConfiguration": (
        *requires("chatbot:CreateSlackChannelConfiguration", tags="Tags"),
        RequiredAction(action="chatbot:TagResource", resource=_NAMED, tags="Tags", when="Tags"),
        pass_role("IamRoleArn", SERVICE_PRINCIPAL),
        chat_makes_its_role,
    ),
    "DeleteSlackChannelConfiguration": requires("chatbot:DeleteSlackChannelConfiguration", "{ChatConfigurationArn}"),
    "DescribeSlackChannelConfigurations": requires("chatbot:DescribeSlackChannelConfigurations"),
    "DescribeSlackWorkspaces": requires("chatbot:DescribeSlackWorkspaces"),
    **tag_actions("chatbot", "{ResourceARN}", "TagKeys"),
    # The reference names no resource of it.
    "ListTagsForResource": requires("chatbot:ListTagsForResource"),
    "UpdateSlackChannelConfiguration": (
        *requires("chatbot:UpdateSlackChannelConfiguration", "{ChatConfigurationArn}"),
        pass_role("IamRoleArn", SERVICE_PRINCIPAL),
    ),
}

_CHANGING = (
    *("guardrailPolicyArns", "iamRoleArn", "loggingLevel", "slackChannelId", "snsTopicArns"),
    "userAuthorizationRequired",
)
CHANNEL = ResourceType(
    type="aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
    create=ApiCall(operation="CreateSlackChannelConfiguration"),
    id="ChannelConfiguration.ChatConfigurationArn",
    name="configurationName",
    read=ReadCall(
        operation="DescribeSlackChannelConfigurations",
        parameters={"ChatConfigurationArn": "{id}"},
        path="SlackChannelConfigurations[0]",
    ),
    update=(
        ApiCall(
            operation="UpdateSlackChannelConfiguration",
            properties=_CHANGING,
            # The provider sends all of them, whichever changed (terraform-provider-aws,
            # internal/service/chatbot/slack_channel_configuration.go).
            transform=lambda _, resource: {name: resource[name] for name in _CHANGING if name in resource},
            parameters={"ChatConfigurationArn": "{id}"},
        ),
    ),
    replace_on=("configurationName", "slackTeamId"),
    delete=(ApiCall(operation="DeleteSlackChannelConfiguration", parameters={"ChatConfigurationArn": "{id}"}),),
    outputs={"chatConfigurationArn": "{id}"},
    tagging=TagOperations(parameters={"ResourceARN": "{id}"}),
    sample=Sample(
        {
            "region": HOME,
            "configurationName": "sample-channel",
            "slackTeamId": "T07EA123LEP",
            "slackChannelId": "C07EZ1ABC23",
            "iamRoleArn": "${aws:iam/role:Role.arn}",
            "guardrailPolicyArns": ["arn:aws:iam::aws:policy/AWSDenyAll"],
            "snsTopicArns": ["${aws:sns/topic:Topic.arn}"],
        },
        update={"loggingLevel": "ERROR", "userAuthorizationRequired": True},
    ),
)

SERVICE = AwsService(
    name="chatbot",
    operations=OPERATIONS,
    emulated=EMULATED,
    resource_types=(CHANNEL,),
    names_source=lambda: holds(SOURCE),
    prepare_records=lambda records_in: let_workspace_in(records_in(HOME), "T07EA123LEP"),
)
