"""Events find their rules and targets, as the rules' roles or where a resource admits EventBridge."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.codesuite.suite import CodeSuite
from rehearsal.eventbridge.router import DeliveryRecord
from rehearsal.eventbridge.target_input import target_input
from tests.rehearsal.codesuite.account import BUCKET, DEV, REGION, CodeSuiteAccount, action, archive, trust

PROD = "333333333333"
SPEC = "version: 0.2\nphases: {build: {commands: ['true']}}"


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CodeSuiteAccount]:
    monkeypatch.setattr("rehearsal.codesuite.operations.first_execution", lambda *_: None)
    with Cloud(REGION) as cloud, CodeSuite(cloud, logs=tmp_path / "logs") as suite:
        yield CodeSuiteAccount(cloud, suite)


def queue(dev: CodeSuiteAccount, name: str = "heard", *, admits: bool = True, account: str = DEV) -> str:
    """A queue that EventBridge may send to. Gives its ARN."""
    client = dev.cloud.client(dev.cloud.deployer(account), "sqs")
    arn = f"arn:aws:sqs:{REGION}:{account}:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:{account}:rule/*"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client.create_queue(QueueName=name, Attributes={"Policy": policy} if admits else {})
    return arn


def heard(dev: CodeSuiteAccount, name: str = "heard", account: str = DEV) -> list[Any]:
    """Bodies of the messages in a queue."""
    dev.suite.events.drain()
    client = dev.cloud.client(dev.cloud.deployer(account), "sqs")
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


def rule(
    dev: CodeSuiteAccount, pattern: dict[str, Any], account: str = DEV, bus: str = "default", **target: Any
) -> None:
    client = dev.cloud.client(dev.cloud.deployer(account), "events")
    client.put_rule(Name="watch", EventBusName=bus, EventPattern=json.dumps(pattern))
    client.put_targets(Rule="watch", EventBusName=bus, Targets=[{"Id": "one", **target}])


def send(dev: CodeSuiteAccount, detail: dict[str, Any], **more: Any) -> dict[str, Any]:
    entry = {"Source": "mlops.drift", "DetailType": "Drift", "Detail": json.dumps(detail), **more}
    return dict(dev.client("events").put_events(Entries=[entry]))


def last(dev: CodeSuiteAccount) -> DeliveryRecord:
    dev.suite.events.drain()
    return dev.suite.events.delivered[-1]


MATCH = {"source": ["mlops.drift"], "detail": {"score": [{"numeric": [">", 0.5]}]}}


def test_only_events_that_match_the_pattern_arrive_and_once(dev: CodeSuiteAccount) -> None:
    rule(dev, MATCH, Arn=queue(dev))
    send(dev, {"score": 0.1})
    send(dev, {"score": 0.9})
    messages = heard(dev)
    assert [message["detail"] for message in messages] == [{"score": 0.9}]
    assert (messages[0]["account"], messages[0]["source"]) == (DEV, "mlops.drift")
    assert last(dev).outcome == "delivered"


def test_a_disabled_rule_and_a_schedule_deliver_nothing(dev: CodeSuiteAccount) -> None:
    rule(dev, MATCH, Arn=queue(dev))
    client = dev.client("events")
    client.disable_rule(Name="watch")
    client.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    client.put_targets(Rule="nightly", Targets=[{"Id": "one", "Arn": f"arn:aws:sqs:{REGION}:{DEV}:heard"}])
    send(dev, {"score": 0.9})
    assert heard(dev) == []


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"Source": "aws.s3"}, "NotAuthorizedForSourceException"),
        ({"Detail": "no json"}, "MalformedDetail"),
    ],
)
def test_a_bad_entry_is_refused_by_itself(dev: CodeSuiteAccount, entry: dict[str, str], code: str) -> None:
    answer = send(dev, {}, **entry)
    assert (answer["FailedEntryCount"], answer["Entries"][0]["ErrorCode"]) == (1, code)


def test_a_bus_that_does_not_exist_is_refused(dev: CodeSuiteAccount) -> None:
    with pytest.raises(ClientError, match="Event bus nowhere does not exist"):
        send(dev, {}, EventBusName="nowhere")


# ---- pipelines


def pipeline(dev: CodeSuiteAccount) -> str:
    dev.project("builder")
    make = action("Build", "Build", "CodeBuild", inputs=["Source"], ProjectName="builder")
    dev.pipeline("flow", ("Build", [make]))
    return f"arn:aws:codepipeline:{REGION}:{DEV}:flow"


def test_an_object_in_the_source_bucket_starts_the_pipeline_once_as_the_rules_role(dev: CodeSuiteAccount) -> None:
    role = dev.role("starter", "events.amazonaws.com")
    dev.s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    detail = {"bucket": {"name": [BUCKET]}, "object": {"key": ["source.zip"]}}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    rule(dev, pattern, Arn=pipeline(dev), RoleArn=role)
    dev.source({"buildspec.yml": SPEC})
    dev.suite.events.drain()
    runs = dev.suite.pipelines.executions(DEV, REGION, "flow")
    assert [run.wait(30).status for run in runs] == ["Succeeded"]
    assert (runs[0].trigger.type, runs[0].trigger.detail.rpartition("/")[2]) == ("CloudWatchEvent", "watch")
    assert "codepipeline:StartPipelineExecution" in dev.by(role)


def test_s3_tells_of_an_object_and_of_the_deletion_of_its_last_version_though_that_is_a_marker(
    dev: CodeSuiteAccount,
) -> None:
    dev.s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    rule(dev, {"source": ["aws.s3"], "detail": {"object": {"key": ["rows.csv"]}}}, Arn=queue(dev))
    version = dev.s3.put_object(Bucket=BUCKET, Key="rows.csv", Body=b"1,2")["VersionId"]
    marker = dev.s3.delete_object(Bucket=BUCKET, Key="rows.csv")["VersionId"]
    for each in (version, marker):
        dev.s3.delete_object(Bucket=BUCKET, Key="rows.csv", VersionId=each)
    told = [(e["detail-type"], e["detail"]["reason"], e["detail"].get("deletion-type")) for e in heard(dev)]
    assert told[0] == ("Object Created", "PutObject", None)
    assert told[-1] == ("Object Deleted", "DeleteObject", "Permanently Deleted")


def test_a_role_that_does_not_trust_eventbridge_delivers_nothing(dev: CodeSuiteAccount) -> None:
    role = dev.role("starter", "lambda.amazonaws.com")
    rule(dev, MATCH, Arn=pipeline(dev), RoleArn=role)
    send(dev, {"score": 1})
    assert "does not trust events.amazonaws.com" in last(dev).error
    assert dev.suite.pipelines.executions(DEV, REGION, "flow") == []


def test_a_pipeline_tells_of_its_states(dev: CodeSuiteAccount) -> None:
    pattern = {"source": ["aws.codepipeline"], "detail-type": ["CodePipeline Pipeline Execution State Change"]}
    rule(dev, pattern, Arn=queue(dev))
    pipeline(dev)
    dev.source({"buildspec.yml": "version: 0.2\nphases: {build: {commands: ['false']}}"})
    dev.run("flow")
    assert [message["detail"]["state"] for message in heard(dev)] == ["STARTED", "FAILED"]


def test_a_build_tells_of_its_states(dev: CodeSuiteAccount) -> None:
    rule(dev, {"source": ["aws.codebuild"]}, Arn=queue(dev))
    pipeline(dev)
    dev.source({"buildspec.yml": SPEC})
    dev.run("flow")
    assert [message["detail"]["build-status"] for message in heard(dev)] == ["IN_PROGRESS", "SUCCEEDED"]


def test_an_alarm_tells_of_its_state(dev: CodeSuiteAccount) -> None:
    rule(dev, {"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}, Arn=queue(dev))
    client = dev.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName="errors", Namespace="a", MetricName="b", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    client.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="too many")
    assert [message["detail"]["alarmName"] for message in heard(dev)] == ["errors"]


# ---- failures


def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue_with_the_reason(dev: CodeSuiteAccount) -> None:
    dead_letters = queue(dev, "dead-letters")
    rule(dev, MATCH, Arn=queue(dev, "closed", admits=False), DeadLetterConfig={"Arn": dead_letters})
    send(dev, {"score": 1})
    assert (last(dev).outcome, heard(dev, "closed")) == ("dead-letter", [])
    client = dev.client("sqs")
    url = client.get_queue_url(QueueName="dead-letters")["QueueUrl"]
    message = client.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"][0]
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert json.loads(message["Body"])["detail"] == {"score": 1}


def test_a_failed_delivery_counts_for_the_alarm(dev: CodeSuiteAccount) -> None:
    rule(dev, MATCH, Arn=queue(dev, admits=False))
    send(dev, {"score": 1})
    assert last(dev).outcome == "failed"
    now = time.time()
    found = dev.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Events", MetricName="FailedInvocations", Dimensions=[{"Name": "RuleName", "Value": "watch"}],
        StartTime=now - 300, EndTime=now + 60, Period=60, Statistics=["Sum"],
    )["Datapoints"]  # fmt: skip
    assert sum(point["Sum"] for point in found) == 1


def test_a_topic_that_does_not_admit_eventbridge_is_not_reached(dev: CodeSuiteAccount) -> None:
    topic = dev.client("sns").create_topic(Name="alarms")["TopicArn"]
    rule(dev, MATCH, Arn=topic)
    send(dev, {"score": 1})
    assert "does not let events.amazonaws.com sns:Publish" in last(dev).error


@pytest.mark.parametrize("key_admits", [True, False])
def test_an_encrypted_topic_needs_its_keys_policy_too(dev: CodeSuiteAccount, key_admits: bool) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement] if key_admits else []})
    key = dev.client("kms").create_key(**({"Policy": policy} if key_admits else {}))["KeyMetadata"]["Arn"]
    sns = dev.client("sns")
    topic = sns.create_topic(Name="alarms", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    allow = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic,
    }  # fmt: skip
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)
    rule(dev, MATCH, Arn=topic)
    send(dev, {"score": 1})
    assert last(dev).outcome == ("delivered" if key_admits else "failed"), last(dev).error


# ---- functions


def test_a_function_that_admits_the_rule_is_invoked(dev: CodeSuiteAccount) -> None:
    code = (
        "import os, boto3\ndef handle(event, context):\n    boto3.client('s3').put_object(Bucket=os.environ['BUCKET'],"
    )
    code += " Key='seen', Body=event['detail-type'])\n"
    dev.client("lambda").create_function(
        FunctionName="seer", Runtime="python3.13", Role=dev.role("seer", "lambda.amazonaws.com"), Handler="app.handle",
        Code={"ZipFile": archive({"app.py": code})}, Environment={"Variables": {"BUCKET": BUCKET}}, Timeout=20,
    )  # fmt: skip
    rule(dev, MATCH, Arn=f"arn:aws:lambda:{REGION}:{DEV}:function:seer")
    send(dev, {"score": 1})
    assert last(dev).error.endswith("lambda:InvokeFunction")
    dev.client("lambda").add_permission(
        FunctionName="seer", StatementId="rule", Action="lambda:InvokeFunction", Principal="events.amazonaws.com",
        SourceArn=f"arn:aws:events:{REGION}:{DEV}:rule/watch",
    )  # fmt: skip
    send(dev, {"score": 1})
    assert last(dev).outcome == "delivered", last(dev).error
    for _ in range(100):
        if dev.s3.list_objects_v2(Bucket=BUCKET, Prefix="seen").get("Contents"):
            break
        time.sleep(0.05)
    assert dev.s3.get_object(Bucket=BUCKET, Key="seen")["Body"].read() == b"Drift"


# ---- other accounts


def bus_in_prod(dev: CodeSuiteAccount, *, admits: str | None) -> str:
    """A bus of the production account that takes events from one account. Gives its ARN."""
    client = dev.cloud.client(dev.cloud.deployer(PROD), "events")
    arn = str(client.create_event_bus(Name="models")["EventBusArn"])
    if admits:
        client.put_permission(EventBusName="models", Action="events:PutEvents", Principal=admits, StatementId="dev")
    rule(dev, {"account": [DEV]}, PROD, "models", Arn=queue(dev, account=PROD))
    return arn


@pytest.mark.parametrize(("admits", "arrives"), [(DEV, True), ("444444444444", False), (None, False)])
def test_another_accounts_bus_takes_events_only_from_whom_its_policy_names(
    dev: CodeSuiteAccount, admits: str | None, arrives: bool
) -> None:
    arn = bus_in_prod(dev, admits=admits)
    rule(dev, MATCH, Arn=arn, RoleArn=dev.role("sender", "events.amazonaws.com"))
    send(dev, {"score": 1})
    dev.suite.events.drain()
    messages = heard(dev, account=PROD)
    assert [message["account"] for message in messages] == ([DEV] if arrives else [])
    first = dev.suite.events.delivered[0]
    assert (first.outcome == "delivered") is arrives, first.error
    assert "events:PutEvents" in dev.by(f"arn:aws:iam::{DEV}:role/sender")


@pytest.mark.parametrize("admits", [DEV, None])
def test_anybody_puts_on_another_accounts_bus_only_if_admitted(dev: CodeSuiteAccount, admits: str | None) -> None:
    arn = bus_in_prod(dev, admits=admits)
    if admits:
        send(dev, {"score": 1}, EventBusName=arn)
        assert len(heard(dev, account=PROD)) == 1
    else:
        with pytest.raises(ClientError, match="AccessDeniedException"):
            send(dev, {"score": 1}, EventBusName=arn)


def test_a_bus_needs_a_role_on_its_target(dev: CodeSuiteAccount) -> None:
    rule(dev, MATCH, Arn=bus_in_prod(dev, admits=DEV))
    send(dev, {"score": 1})
    assert "has no role: set RoleArn" in last(dev).error


def test_an_event_is_not_passed_on_to_a_third_account(dev: CodeSuiteAccount) -> None:
    third = dev.cloud.client(dev.cloud.deployer("444444444444"), "events").create_event_bus(Name="third")
    client = dev.cloud.client(dev.cloud.deployer(PROD), "iam")
    client.create_role(RoleName="relay", AssumeRolePolicyDocument=trust("events.amazonaws.com"))
    arn = bus_in_prod(dev, admits=DEV)
    rule(dev, {"account": [DEV]}, PROD, "models", Arn=third["EventBusArn"], RoleArn=f"arn:aws:iam::{PROD}:role/relay")
    send(dev, {"score": 1}, EventBusName=arn)
    assert "not passed on to a third" in last(dev).error


# ---- what a target is given


EVENT = {"time": "2026-01-01T00:00:00Z", "source": "a", "detail": {"name": 'say "x"', "n": 3, "tags": ["p", "q"]}}
TEXT = '"<name> <second> <none><aws.events.rule-name>"'
PATHS = {"name": "$.detail.name", "n": "$.detail.n", "second": "$.detail.tags[1]", "none": "$.detail.none"}


@pytest.mark.parametrize(
    ("target", "given"),
    [
        ({}, EVENT),
        ({"Input": '{"fixed": true}'}, {"fixed": True}),
        ({"InputPath": "$.detail.tags"}, ["p", "q"]),
        (
            {"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": '{"t": <name>, "u": "n=<n>", "v": <n>}'}},
            {"t": 'say "x"', "u": "n=3", "v": 3},
        ),
        (
            {"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": TEXT}},
            'say "x" q watch',
        ),
    ],
)  # fmt: skip
def test_a_target_is_given_the_event_or_what_the_rule_makes_of_it(target: dict[str, Any], given: Any) -> None:
    assert json.loads(target_input(target, EVENT, f"arn:aws:events:{REGION}:{DEV}:rule/watch")) == given
