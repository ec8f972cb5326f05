"""What is looked for at the end of the platform's life, and what is refused because nobody would look for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.leftover import table
from rehearsal.life.leftovers import inventory, leftovers, unlisted
from tests.rehearsal.accounts import ACCOUNT, REGION


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with Cloud(REGION, tmp_path / "requests.jsonl") as made:
        yield made


def test_what_was_there_before_is_not_left_behind(cloud: Cloud) -> None:
    sns = cloud.client(cloud.owner(ACCOUNT), "sns")
    sns.create_topic(Name="before")
    before = inventory(cloud, [ACCOUNT])
    sns.create_topic(Name="after")
    found = leftovers(before, inventory(cloud, [ACCOUNT]))
    assert [(each.service, each.kind, each.name.rpartition(":")[2], each.kept) for each in found] == [
        ("sns", "topic", "after", "")
    ]


def test_what_stays_is_told_with_its_reason_and_the_rest_as_left_behind(cloud: Cloud) -> None:
    before = inventory(cloud, [ACCOUNT])
    kms, logs = (cloud.client(cloud.owner(ACCOUNT), service) for service in ("kms", "logs"))
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key)
    kms.create_key()
    logs.create_log_group(logGroupName="/aws/sagemaker/TrainingJobs")
    logs.create_log_group(logGroupName="/mlops/dev/flow-logs")
    lines = table(leftovers(before, inventory(cloud, [ACCOUNT])))
    behind = [line for line in lines if line.endswith("LEFT BEHIND")]
    assert len(lines) == 4
    assert len(behind) == 2
    assert "(Enabled)" in behind[0]
    assert "/mlops/dev/flow-logs" in behind[1]


def test_a_request_that_made_something_nobody_looks_for_is_named(cloud: Cloud) -> None:
    client = cloud.client(cloud.owner(ACCOUNT), "dynamodb")
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    cloud.client(cloud.owner(ACCOUNT), "sns").create_topic(Name="t")
    assert unlisted(cloud.recorder.requests) == ["dynamodb:CreateTable"]


def test_looking_is_nobodys_request(cloud: Cloud) -> None:
    inventory(cloud, [ACCOUNT])
    assert cloud.recorder.requests == []
