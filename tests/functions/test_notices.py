"""What a topic is told: e-mail gets the text, a chat the form that it shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions import notices
from tests.functions.remediator_account import REGION


class Told:
    """Keeps what it is asked to publish."""

    def publish(self, **given: Any) -> None:
        self.given = given


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def chat_of(subject: str, text: str) -> dict[str, Any]:
    told = Told()
    notices.publish(told, "arn", subject, text)
    assert told.given["MessageStructure"] == "json"
    assert len(told.given["Subject"]) <= 100
    found: dict[str, Any] = json.loads(json.loads(told.given["Message"])["https"])
    return found


@pytest.mark.usefixtures("aws")
def test_subscribers_but_a_chat_get_the_text_as_it_is() -> None:
    sns, sqs = boto3.client("sns", REGION), boto3.client("sqs", REGION)
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    queue = sqs.create_queue(QueueName="mail")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    notices.publish(sns, topic, "Remediation: a <job> was stopped", 'It broke "rules" & <more>.\n\narn:…')
    [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(message["Body"])
    assert (body["Subject"], body["Message"]) == (
        "Remediation: a <job> was stopped",
        'It broke "rules" & <more>.\n\narn:…',
    )


def test_a_chat_gets_a_custom_notification() -> None:
    found = chat_of("Remediation: a job was stopped", "It broke rules.")
    assert (found["version"], found["source"]) == ("1.0", "custom")
    assert found["content"] == {
        "textType": "client-markdown",
        "title": "Remediation: a job was stopped",
        "description": "It broke rules.",
    }


@pytest.mark.parametrize("text", ["<!channel> look", "<https://evil.example|look>", "a & b"])
def test_what_others_wrote_calls_nobody_and_links_nowhere(text: str) -> None:
    content = chat_of(text, text)["content"]
    for shown in (content["title"], content["description"]):
        assert "<" not in shown
        assert ">" not in shown
        assert "& " not in shown


def test_a_long_subject_is_cut() -> None:
    assert chat_of("x" * 300, "text")["content"]["title"] == "x" * 100
