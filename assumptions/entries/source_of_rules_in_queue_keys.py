"""Whether EventBridge names the rule to the key of a queue."""

from __future__ import annotations

import json
from contextlib import ExitStack
from uuid import uuid4

from assumptions.assumption import Assumption, Probe, ProbedStack, ProbeResult
from assumptions.queues import queue_of_rule, received, rule

# The shortest that KMS waits (botocore, kms ScheduleKeyDeletion); a key that waits for it costs nothing.
_PENDING_DAYS = 7


def _run(stack: ProbedStack) -> tuple[ProbeResult, str]:
    """One event to two queues: one under a key that asks for the source, one under SQS's own key to compare with."""
    kms, events, token = stack.client("kms"), stack.client("events"), uuid4().hex[:12]
    name, source = f"{stack.prefix}-probe-{token}", f"probe.{token}"
    entry = {"Source": source, "DetailType": "probe", "Detail": "{}"}
    key = kms.create_key(Policy=_key_policy(stack), Description="A probe of the platform's assumptions")
    key_id = key["KeyMetadata"]["KeyId"]
    with ExitStack() as made:
        made.callback(kms.schedule_key_deletion, KeyId=key_id, PendingWindowInDays=_PENDING_DAYS)
        rule_arn = made.enter_context(rule(stack, name, {"source": [source]}))
        asked = made.enter_context(queue_of_rule(stack, f"{name}-asked", rule_arn, KmsMasterKeyId=key_id))
        plain = made.enter_context(queue_of_rule(stack, f"{name}-plain", rule_arn))
        targets = [{"Id": arn[-5:], "Arn": arn} for _, arn in (asked, plain)]
        events.put_targets(Rule=name, Targets=targets)
        if received(stack, plain[0], bool, lambda: events.put_events(Entries=[entry])) is None:
            return ProbeResult.UNCLEAR, "no event arrived, not even where no key asks for its source"
        if received(stack, asked[0], bool, lambda: events.put_events(Entries=[entry]), tries=6) is None:
            return (
                ProbeResult.FAILS,
                "events arrive in a plain queue, and not under a key that asks for aws:SourceAccount",
            )
        return ProbeResult.HOLDS, "events arrive under a key that asks for aws:SourceAccount"


def _key_policy(stack: ProbedStack) -> str:
    owner = {"AWS": f"arn:{stack.partition}:iam::{stack.account}:root"}
    rules = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
    }
    administration = {"Effect": "Allow", "Principal": owner, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [administration, rules]})


ASSUMPTION = Assumption(
    name="source-of-rules-in-queue-keys",
    question="Does EventBridge send aws:SourceArn and aws:SourceAccount to the key of an encrypted queue?",
    if_it_holds="A key policy may say for which rules EventBridge encrypts messages.",
    if_it_fails="A statement with such a condition is never met: what could not be delivered is lost, as it is with "
    "topics.",
    design="The key's statement for EventBridge is bounded by the encryption context alone, which names this account's "
    "queues; the queue's own policy names the rules, which is documented.",
    leans_on=(
        "policies/documents/operations_key.py:rules_leave_in_queues",
        "policies/documents/remediation.py:dead_letters",
    ),
    sources=(
        'Amazon SQS Developer Guide, "Key management"',
        'Amazon EventBridge User Guide, "Using dead-letter queues to process undelivered events"',
        'Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs", which excludes it for topics',
    ),
    probe=Probe(
        run=_run,
        kinds=("foundation",),
        price=0.05,
        minutes=5,
        needs=("events:PutEvents", "events:PutRule", "events:PutTargets", "kms:CreateKey", "sqs:CreateQueue"),
    ),
)
