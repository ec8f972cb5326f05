"""EventBridge and CloudWatch send to encrypted topics and queues, by the policies that the platform writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assumptions.outcomes import failing
from catalog.scope import Scope
from policies.documents import keys, operations_key, remediation, shared
from policies.documents.statement import DocumentKind, document
from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.suite import CodeSuite
from tests.rehearsal.codesuite.account import DEV, REGION, CodeSuiteAccount
from tests.rehearsal.test_eventbridge import MATCH, last, queue, rule, send

SCOPE = Scope(partition="aws", account=DEV, region=REGION, prefix="mlops")
TOPIC = SCOPE.arn("sns", "alarms")
QUEUE = SCOPE.arn("sqs", "dead-letters")


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[CodeSuiteAccount]:
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as suite:
        yield CodeSuiteAccount(cloud, suite)


def key(dev: CodeSuiteAccount, policy: str) -> str:
    return str(dev.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"])


def topic(dev: CodeSuiteAccount, policy: str, key_policy: str) -> str:
    sns = dev.client("sns")
    arn = str(sns.create_topic(Name="alarms", Attributes={"KmsMasterKeyId": key(dev, key_policy)})["TopicArn"])
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return arn


def topic_key() -> str:
    return operations_key.operations_key(SCOPE, log_groups=[SCOPE.arn("logs", "*")], topics=[SCOPE.arn("sns", "*")])


def with_source(text: str, sid: str) -> str:
    """The policy with the source's account asked for in one statement, as the platform once did."""
    policy = json.loads(text)
    (statement,) = (one for one in policy["Statement"] if one["Sid"] == sid)
    statement.setdefault("Condition", {})["StringEquals"] = {"aws:SourceAccount": DEV}
    return json.dumps(policy)


@pytest.mark.aws_behavior("rules_meet_no_condition_of_topics")
@pytest.mark.parametrize(
    ("spoiled", "refused"),
    [
        ("", ""),
        ("topic", "does not let events.amazonaws.com sns:Publish"),
        ("key", "does not let events.amazonaws.com kms:Decrypt"),
    ],
)
def test_rules_reach_an_encrypted_topic_only_without_a_source_in_its_policy_and_its_keys(
    dev: CodeSuiteAccount, spoiled: str, refused: str
) -> None:
    policy, key_policy = shared.alarm_topic(TOPIC, DEV), topic_key()
    policy = with_source(policy, "RulesPublish") if spoiled == "topic" else policy
    key_policy = with_source(key_policy, "RulesPublish") if spoiled == "key" else key_policy
    rule(dev, MATCH, Arn=topic(dev, policy, key_policy))
    send(dev, {"score": 1})
    assert last(dev).outcome == ("failed" if spoiled else "delivered"), last(dev).error
    assert refused in last(dev).error


@pytest.mark.parametrize(("account", "outcome"), [(DEV, "delivered"), ("999999999999", "failed")])
def test_alarms_of_this_account_tell_the_topic_and_those_of_others_do_not(
    dev: CodeSuiteAccount, account: str, outcome: str
) -> None:
    arn = topic(dev, shared.alarm_topic(TOPIC, DEV), topic_key())
    client = dev.cloud.client(dev.cloud.owner(account), "cloudwatch")
    client.put_metric_alarm(
        AlarmName="errors", Namespace="a", MetricName="b", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold", AlarmActions=[arn],
    )  # fmt: skip
    client.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="too many")
    assert last(dev).outcome == outcome, last(dev).error


@pytest.mark.parametrize("against", [(), ("source-of-rules-in-queue-keys",)])
@pytest.mark.parametrize(("spoiled", "outcome"), [(False, "dead-letter"), (True, "")])
def test_what_a_rule_could_not_deliver_waits_in_an_encrypted_queue_whichever_way_keys_are_told_of_it(
    dev: CodeSuiteAccount, against: tuple[str, ...], spoiled: bool, outcome: str
) -> None:
    statement = operations_key.rules_leave_in_queues([QUEUE])
    key_policy = document(keys.administration(SCOPE), statement, kind=DocumentKind.KEY)
    if spoiled:
        key_policy = with_source(key_policy, statement.sid)
    attributes: dict[str, Any] = {
        "Policy": remediation.dead_letters(QUEUE, [SCOPE.arn("events", "rule/*")]),
        "KmsMasterKeyId": key(dev, key_policy),
    }
    dev.client("sqs").create_queue(QueueName="dead-letters", Attributes=attributes)
    rule(dev, MATCH, Arn=queue(dev, "closed", admits=False), DeadLetterConfig={"Arn": QUEUE})
    with failing(against):
        send(dev, {"score": 1})
        found = last(dev).outcome
    assert found == (outcome or ("failed" if against else "dead-letter"))
