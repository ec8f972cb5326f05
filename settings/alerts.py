"""Who hears of an account's alarms."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from settings.section import Section
from settings.values import Distinct, Email, SlackChannelId, SlackWorkspaceId

# Partitions whose regions a chat configuration can be kept from: botocore's ARNs of chatbot all begin `arn:aws:`, and
# its endpoints are in that partition alone (AWS General Reference, "Amazon Q Developer in chat applications endpoints
# and quotas").
_ELSEWHERE = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")


class SlackChannel(Section):
    """A channel of Slack that Amazon Q Developer in chat applications, formerly AWS Chatbot, tells of alarms."""

    workspace: SlackWorkspaceId = Field(description="Id of the workspace, as the console shows it.")
    channel: SlackChannelId = Field(description="Id of the channel: the end of the link that Slack copies of it.")


class Alerts(Section):
    """Who hears of alarms."""

    emails: Annotated[tuple[Email, ...], Distinct] = Field(
        default=(), max_length=20, description="Addresses that are asked to confirm."
    )
    slack: SlackChannel | None = Field(
        default=None,
        description="A channel of Slack that is told too, of one stack of an account. First, once in each account, its "
        "owner lets the workspace in: console of Amazon Q Developer in chat applications, Configure a chat client, "
        "Slack, Allow; and /invite @Amazon Q in the channel, where it is private. Nobody can give commands from there.",
    )


def _offered(value: Alerts, info: ValidationInfo) -> Alerts:
    region = str(info.data.get("region", ""))
    if value.slack and region.startswith(_ELSEWHERE):
        raise ValueError(f"names a channel of Slack, which Amazon Q Developer tells nothing in {region}: drop slack")
    return value


# The alerts of a stack, whose region is known before them.
StackAlerts = Annotated[Alerts, AfterValidator(_offered)]
