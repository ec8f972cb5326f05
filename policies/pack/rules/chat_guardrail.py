"""CHT-01: nobody commands the account from a chat.

Sources: Amazon Q Developer in chat applications Administrator Guide, "Understanding permissions"; botocore, chatbot
CreateSlackChannelConfiguration, GuardrailPolicyArns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.pack.model import Rule, Severity, StackResource
from policies.pack.rules.wildcard_actions import TOO_WIDE

# Reads what buckets and tables hold: Amazon S3's GetObject among the rest.
READS_ALL = re.compile(r"arn:[^:]*:iam::aws:policy/ReadOnlyAccess")


def check(channel: StackResource, stack: Sequence[StackResource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """The channel names guardrails, and none of AWS's that let everything through, or everything be read."""
    listed = channel.get("guardrailPolicyArns")
    given = [arn for arn in listed if arn] if isinstance(listed, list | tuple) else []
    if not given:
        return ["the channel has no guardrail, so that AdministratorAccess is its guardrail"]
    wide = [arn for arn in given if isinstance(arn, str) and (TOO_WIDE.fullmatch(arn) or READS_ALL.fullmatch(arn))]
    return [f"the guardrail {arn} holds nobody back" for arn in wide]


RULE = Rule(
    id="CHT-01",
    name="chat-guardrail",
    title="Channels of a chat have a guardrail that holds back",
    why="Whoever is in the channel commands the account as far as a role and the guardrails let them; without those "
    "a role alone decides, and people bring roles of their own.",
    fix="Set guardrailPolicyArns to arn:aws:iam::aws:policy/AWSDenyAll, or to a policy of your own for what is needed.",
    severity=Severity.HIGH,
    types=(
        "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
        "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration",
    ),
    check=check,
)
