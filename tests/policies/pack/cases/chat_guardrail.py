"""Cases of the rule in `policies/pack/rules/chat_guardrail.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import chat_guardrail
from tests.policies.pack.pack_factories import ACCOUNT, make, without
from tests.policies.pack.rule_cases import Cases, on

OF_AWS = "arn:aws:iam::aws:policy"
NONE = "the channel has no guardrail, so that AdministratorAccess is its guardrail"


def channel(*guardrails: Any, kind: str = "slack") -> StackResource:
    token = f"aws:chatbot/{kind}ChannelConfiguration:{kind.capitalize()}ChannelConfiguration"
    return make(token, "alarms", guardrailPolicyArns=list(guardrails))


CASES = Cases(
    rule=chat_guardrail.RULE,
    passes=[
        on(channel(f"{OF_AWS}/AWSDenyAll")),
        on(channel(f"{OF_AWS}/AWSDenyAll", kind="teams")),
        on(channel(f"arn:aws:iam::{ACCOUNT}:policy/what-the-chat-may-do")),
    ],
    violations=[
        (on(without(channel(), "guardrailPolicyArns")), NONE),
        (on(channel()), NONE),
        (on(channel("")), NONE),
        (on(channel(kind="teams")), NONE),
        (on(channel(f"{OF_AWS}/AdministratorAccess")), "AdministratorAccess holds nobody back"),
        (on(channel(f"{OF_AWS}/AWSDenyAll", f"{OF_AWS}/job-function/PowerUserAccess")), "PowerUserAccess holds nobody"),
        (on(channel(f"{OF_AWS}/AmazonSageMakerFullAccess")), "AmazonSageMakerFullAccess holds nobody back"),
        (on(channel(f"{OF_AWS}/ReadOnlyAccess", kind="teams")), "ReadOnlyAccess holds nobody back"),
    ],
    unknown=[
        (
            on(
                make(
                    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
                    "alarms",
                    guardrailPolicyArns=UNKNOWN,
                )
            ),
            "guardrailPolicyArns of alarms",
        )
    ],
)
