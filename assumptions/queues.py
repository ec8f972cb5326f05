"""What probes share that wait for an event in a queue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from assumptions.assumption import ProbedStack

# EventBridge delivers within seconds; new rules take "a short period" (botocore, events PutTargets).
TRIES = 24
SECONDS = 5


@contextmanager
def queue_of_rule(stack: ProbedStack, name: str, rule_arn: str, **attributes: str) -> Iterator[tuple[str, str]]:
    """A queue that takes messages of one rule, while the context lasts: its URL and ARN."""
    sqs = stack.client("sqs")
    arn = f"arn:{stack.partition}:sqs:{stack.region}:{stack.account}:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": policy, **attributes})["QueueUrl"]
    try:
        yield url, arn
    finally:
        sqs.delete_queue(QueueUrl=url)


@contextmanager
def rule(stack: ProbedStack, name: str, pattern: Mapping[str, Any]) -> Iterator[str]:
    """An EventBridge rule on the default bus while the context lasts, with whatever targets it gets: its ARN."""
    events = stack.client("events")
    arn = str(events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"])
    try:
        yield arn
    finally:
        targets = [each["Id"] for each in events.list_targets_by_rule(Rule=name)["Targets"]]
        if targets:
            events.remove_targets(Rule=name, Ids=targets)
        events.delete_rule(Name=name)


def received(
    stack: ProbedStack,
    url: str,
    wanted: Callable[[Mapping[str, Any]], bool],
    before: Callable[[], Any] = lambda: None,
    tries: int = TRIES,
) -> Mapping[str, Any] | None:
    """The first event in a queue that is wanted, None where none comes; `before` is called before each look."""
    sqs = stack.client("sqs")
    for _ in range(tries):
        before()
        stack.pause(SECONDS)
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
            event: Mapping[str, Any] = json.loads(message["Body"])
            if wanted(event):
                return event
    return None
