"""Cases of the rule in `policies/pack/rules/dead_letters.py`."""

from __future__ import annotations

from dataclasses import replace

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import dead_letters
from tests.policies.pack.pack_factories import make
from tests.policies.pack.resources.operations import QUEUE_ARN, queue, target
from tests.policies.pack.rule_cases import Cases, on


def redriven() -> StackResource:
    return queue(redrivePolicy=f'{{"deadLetterTargetArn": "{QUEUE_ARN}", "maxReceiveCount": 3}}')


def failed() -> StackResource:
    return queue("failed", arn=QUEUE_ARN)


CASES = Cases(
    rule=dead_letters.RULE,
    passes=[on(redriven(), failed()), on(queue(redrivePolicy=UNKNOWN))],
    violations=[
        (on(queue()), "the queue has no dead-letter queue"),
        (on(queue(), target(deadLetterConfig={"arn": QUEUE_ARN})), "the queue has no dead-letter queue"),
    ],
    unknown=[
        (
            on(queue(), make("aws:sqs/redrivePolicy:RedrivePolicy", "work", queueUrl=UNKNOWN)),
            "queueUrl of work",
        )
    ],
    not_applicable=[
        (on(failed(), redriven()), "it is a dead-letter queue"),
        (on(failed(), target(deadLetterConfig={"arn": QUEUE_ARN})), "it is a dead-letter queue"),
        (on(queue(redriveAllowPolicy=UNKNOWN)), "it is a dead-letter queue"),
        (
            on(
                failed(),
                replace(queue(redrivePolicy=UNKNOWN), property_dependencies={"redrivePolicy": (failed().urn,)}),
            ),
            "it is a dead-letter queue",
        ),
    ],
)
