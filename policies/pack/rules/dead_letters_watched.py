"""SQS-03: a dead-letter queue is watched, and keeps what it has as long as it can."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import NotApplicable, Rule, Severity, StackResource
from policies.pack.rules import dead_letters

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
METRICS = ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage")
# The longest that SQS keeps a message (Amazon SQS API Reference, "SetQueueAttributes").
LONGEST = 1_209_600


def check(queue: StackResource, stack: Sequence[StackResource]) -> list[str]:
    """Messages are kept for 14 days, and alarms tell of the first one and of one that nobody looks at."""
    if not is_dead_letter_queue(queue, stack):
        raise NotApplicable("it is no dead-letter queue")
    found = (
        [] if queue.get("messageRetentionSeconds") == LONGEST else [f"it keeps messages less than {LONGEST} seconds"]
    )
    watched = {alarm.text("metricName") for alarm in stack if alarm.type == ALARM and _about(alarm, queue)}
    return found + [f"no alarm watches {metric}" for metric in METRICS if metric not in watched]


def is_dead_letter_queue(queue: StackResource, stack: Sequence[StackResource]) -> bool:
    """Whether something of the stack leaves there what it could not deliver."""
    try:
        dead_letters.check(queue, stack)
    except NotApplicable:
        return True
    return False


def _about(alarm: StackResource, queue: StackResource) -> bool:
    if alarm.get("namespace") != "AWS/SQS":
        return False
    if queue.urn in alarm.property_dependencies.get("dimensions", ()):
        return True
    return alarm.get("dimensions.QueueName") == queue.get("name")


RULE = Rule(
    id="SQS-03",
    name="sqs-dead-letters-watched",
    title="Dead-letter queues are watched",
    why="What waits there was lost once; after its retention it is lost for good, and nobody knows.",
    fix="Set messageRetentionSeconds to 1209600, and alarms on the number and the age of messages.",
    severity=Severity.MEDIUM,
    types=("aws:sqs/queue:Queue",),
    scope="stack",
    related_types=(ALARM,),
    check=check,
)
