"""Whether EventBridge names the rule to the key of a queue."""

from __future__ import annotations

from assumptions.assumption import Assumption

ASSUMPTION = Assumption(
    name="source-of-rules-in-queue-keys",
    question="Does EventBridge send aws:SourceArn and aws:SourceAccount to the key of an encrypted queue?",
    if_it_holds="A key policy may say for which rules EventBridge encrypts messages.",
    if_it_fails="A statement with such a condition is never met: what could not be delivered is lost, as it is with "
    "topics.",
    design="The key's statement for EventBridge is bounded by the encryption context alone, which names this account's "
    "queues; the queue's own policy names the rules, which is documented.",
    leans_on=("policies/documents/keys.py:rules_leave_in_queues", "policies/documents/remediation.py:dead_letters"),
    sources=(
        'Amazon SQS Developer Guide, "Key management"',
        'Amazon EventBridge User Guide, "Using dead-letter queues to process undelivered events"',
        'Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys and costs", which excludes it for topics',
    ),
    no_probe="The answer shows only when a delivery fails, up to a day later; the design does not lean on it.",
)
