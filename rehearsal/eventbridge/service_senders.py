"""What AWS's own services, EventBridge and CloudWatch, must be let do to send to topics and queues.

A topic or queue that a key encrypts has its key's policy asked too, as the service: nobody else is there to be asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.kms.models import kms_backends

from assumptions.entries.source_of_rules_in_queue_keys import ASSUMPTION as NAMED_TO_QUEUE_KEYS
from assumptions.outcomes import holds
from rehearsal.service_model.admission import PolicyCaller, admits
from rehearsal.service_model.aws_behavior import aws_behavior

RULES, ALARMS = "events.amazonaws.com", "cloudwatch.amazonaws.com"
_TOPIC_PAGES = (
    'Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs"',
    'Amazon EventBridge User Guide, "Using resource-based policies for Amazon EventBridge"',
    "awslabs/landing-zone-accelerator-on-aws, issue 407",
)
Context = dict[str, str | tuple[str, ...]]


class NotAdmitted(Exception):
    """Which policy of a resource, or of its key, does not let a service do what."""


@dataclass(frozen=True, kw_only=True)
class ServiceSender:
    """`service` sends for the resource `source` (ARN of a rule or an alarm) of `account`."""

    service: str
    account: str
    source: str

    @property
    def sources(self) -> Context:
        """The condition keys against the confused deputy."""
        return {"aws:SourceAccount": self.account, "aws:SourceArn": self.source}


def require_publish(sender: ServiceSender, topic: str, policy: Any, key: str) -> Context:
    """The topic's policy, and its key's, must let the service publish. Gives what was sent. Raises NotAdmitted."""
    if sender.service == RULES:
        policy, sources = rules_meet_no_condition_of_topics(policy), Context()
    else:
        sources = sender.sources
    _require(sender, policy, "sns:Publish", topic, {**sources, "aws:SecureTransport": "true"})
    _require_key(sender, topic, key, {**sources, "kms:EncryptionContext:aws:sns:topicArn": topic})
    return sources


def require_send(sender: ServiceSender, queue: str, policy: Any, key: str) -> Context:
    """The queue's policy, and its key's, must let the service send. Gives what was sent. Raises NotAdmitted."""
    _require(sender, policy, "sqs:SendMessage", queue, {**sender.sources, "aws:SecureTransport": "true"})
    named = sender.sources if holds(NAMED_TO_QUEUE_KEYS) else Context()
    _require_key(sender, queue, key, {**named, "kms:EncryptionContext:aws:sqs:arn": queue})
    return sender.sources


def require_invoke(sender: ServiceSender, function: str, policy: Any) -> Context:
    """The function's policy must let the service invoke it. Gives what was sent. Raises NotAdmitted."""
    _require(sender, policy, "lambda:InvokeFunction", function, sender.sources)
    return sender.sources


@aws_behavior(*_TOPIC_PAGES)
def rules_meet_no_condition_of_topics(policy: Any) -> Mapping[str, Any]:
    """EventBridge meets no condition of a topic's policy, and names no source to the topic's key.

    Gives the policy without the grants that therefore never take effect.
    """
    document = json.loads(policy) if isinstance(policy, str) and policy else policy
    if not isinstance(document, Mapping):
        return {}
    statements = document.get("Statement") or []
    listed = statements if isinstance(statements, list) else [statements]
    return {
        **document,
        "Statement": [one for one in listed if one.get("Effect") != "Allow" or not one.get("Condition")],
    }


def _require(sender: ServiceSender, policy: Any, action: str, resource: str, context: Context) -> None:
    if not admits(policy, PolicyCaller(service=sender.service, context=context), action, resource):
        raise NotAdmitted(f"the policy of {resource} does not let {sender.service} {action}")


def _require_key(sender: ServiceSender, resource: str, named: str, context: Context) -> None:
    if not named:
        return
    _, _, _, region, account, _ = resource.split(":", 5)
    backend = kms_backends[account][region]
    try:
        key = backend.keys[backend.any_id_to_key_id(named)]
    except KeyError:
        raise NotAdmitted(f"key {named} does not exist or is AWS's own") from None
    caller = PolicyCaller(service=sender.service, context=context)
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        if not admits(key.policy, caller, action, key.arn):
            raise NotAdmitted(f"the policy of key {key.arn} does not let {sender.service} {action}")
