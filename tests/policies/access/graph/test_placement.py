"""Policies of one stack for something of another are read there; one for nothing that is known is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policies.access.graph import BadExport
from tests.policies.access.graph.records import Record, graph_with, of, planted, without

OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
}
KEY, ALIAS, KEY_POLICY = "aws:kms/key:Key", "aws:kms/alias:Alias", "aws:kms/keyPolicy:KeyPolicy"


@pytest.fixture
def records(resources: Path) -> list[Record]:
    """The example platform, to be changed."""
    found: list[Record] = json.loads(resources.read_text())
    return found


def test_a_role_policy_of_another_stack_is_the_roles(tmp_path: Path, records: list[Record]) -> None:
    role = of(records, "aws:iam/role:Role", "dev")["outputs"]
    more = planted("project-diabetes", "aws:iam/rolePolicy:RolePolicy", role=role["name"], name="zz", policy=OPEN)
    before = graph_with(tmp_path, records).roles[role["arn"]]
    after = graph_with(tmp_path, records, more).roles[role["arn"]]
    assert after.inline == (*before.inline, OPEN)


def test_a_bucket_policy_of_another_account_s_stack_is_the_buckets(tmp_path: Path, records: list[Record]) -> None:
    bucket = of(records, "aws:s3/bucket:Bucket", "dev")["outputs"]
    alone = without(records, "aws:s3/bucketPolicy:BucketPolicy", "bucket", bucket["bucket"])
    more = planted("prod", "aws:s3/bucketPolicy:BucketPolicy", bucket=bucket["bucket"], policy=OPEN)
    assert graph_with(tmp_path, alone, more).policy_resources[bucket["arn"]].policy == OPEN


@pytest.mark.parametrize("by", ["id", "arn"])
def test_a_key_policy_of_another_stack_is_the_keys(tmp_path: Path, records: list[Record], by: str) -> None:
    key = of(records, KEY, "dev")
    name = key["id"] if by == "id" else key["outputs"]["arn"]
    more = planted("project-diabetes", KEY_POLICY, keyId=name, policy=OPEN)
    assert graph_with(tmp_path, records, more).policy_resources[key["outputs"]["arn"]].policy == OPEN


def test_a_role_of_the_same_name_in_another_account_is_another_role(tmp_path: Path, records: list[Record]) -> None:
    role = of(records, "aws:iam/role:Role", "dev", lambda one: "-dev-" in one["outputs"]["name"])["outputs"]
    more = planted("prod", "aws:iam/rolePolicy:RolePolicy", role=role["name"], name="zz", policy=OPEN)
    with pytest.raises(BadExport, match=rf"prod: .*RolePolicy planted is for {role['name']}, which no stack here made"):
        graph_with(tmp_path, records, more)


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            {"role": "nobody", "policyArn": "arn:aws:iam::1:policy/a"},
        ),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "of-somebody-else", "policy": OPEN}),
        (KEY_POLICY, {"keyId": "00000000-0000-0000-0000-000000000000", "policy": OPEN}),
        ("aws:lambda/permission:Permission", {"function": "nothing", "principal": "*", "action": "lambda:*"}),
        ("aws:sns/topicPolicy:TopicPolicy", {"arn": "arn:aws:sns:eu-west-1:999999999999:theirs", "policy": OPEN}),
    ],
)
def test_what_is_for_nothing_that_a_stack_made_is_refused(
    tmp_path: Path, records: list[Record], token: str, inputs: dict[str, Any]
) -> None:
    with pytest.raises(BadExport, match=r"planted is for .*, which no stack here made"):
        graph_with(tmp_path, records, planted("dev", token, **inputs))


def test_a_second_policy_of_one_bucket_is_refused(tmp_path: Path, records: list[Record]) -> None:
    bucket = of(records, "aws:s3/bucket:Bucket", "dev")["outputs"]["bucket"]
    more = planted("project-diabetes", "aws:s3/bucketPolicy:BucketPolicy", bucket=bucket, policy=OPEN)
    with pytest.raises(BadExport, match=r"has 2 of aws:s3/bucketPolicy:BucketPolicy"):
        graph_with(tmp_path, records, more)
