"""Cases of the rule in `policies/pack/rules/dead_letters_watched.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import dead_letters_watched
from tests.policies.pack.pack_factories import make
from tests.policies.pack.resources.operations import QUEUE_ARN, queue, target
from tests.policies.pack.rule_cases import Cases, on

SENDER = target(deadLetterConfig={"arn": QUEUE_ARN})
COUNT, AGE = dead_letters_watched.METRICS


def lost(**props: Any) -> StackResource:
    return queue("failed", **{"arn": QUEUE_ARN, "messageRetentionSeconds": 1_209_600, **props})


def alarm(metric: str, **props: Any) -> StackResource:
    right = {"namespace": "AWS/SQS", "metricName": metric, "dimensions": {"QueueName": "failed"}}
    return make(dead_letters_watched.ALARM, metric, **{**right, **props})


def made_from(metric: str) -> StackResource:
    return make(
        dead_letters_watched.ALARM,
        metric,
        {"dimensions": (lost().urn,)},
        namespace="AWS/SQS",
        metricName=metric,
        dimensions={"QueueName": UNKNOWN},
    )


CASES = Cases(
    rule=dead_letters_watched.RULE,
    passes=[on(lost(), SENDER, alarm(COUNT), alarm(AGE)), on(lost(), SENDER, made_from(COUNT), made_from(AGE))],
    violations=[
        (on(lost(), SENDER, alarm(COUNT)), f"no alarm watches {AGE}"),
        (on(lost(), SENDER, alarm(AGE)), f"no alarm watches {COUNT}"),
        (on(lost(), SENDER, alarm(COUNT, dimensions={"QueueName": "other"}), alarm(AGE)), f"no alarm watches {COUNT}"),
        (on(lost(), SENDER, alarm(COUNT, namespace="AWS/Lambda"), alarm(AGE)), f"no alarm watches {COUNT}"),
        (on(lost(messageRetentionSeconds=60), SENDER, alarm(COUNT), alarm(AGE)), "it keeps messages less than 1209600"),
    ],
    unknown=[(on(lost(messageRetentionSeconds=UNKNOWN), SENDER), "messageRetentionSeconds of failed")],
    not_applicable=[(on(queue()), "it is no dead-letter queue")],
)
