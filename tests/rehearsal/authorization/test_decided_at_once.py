"""Roles of a name are refused at once what their policies do not allow; nobody else is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.authorization.decided_at_once import decided_at_once
from rehearsal.aws.cloud import Cloud
from tests.rehearsal.accounts import ACCOUNT

_TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
_BOUNDARY = {"Effect": "Allow", "Action": ["sqs:*", "sns:List*"], "Resource": "*"}
_MAY = {"Effect": "Allow", "Action": ["sqs:CreateQueue", "events:DescribeRule"], "Resource": "*"}


def _document(statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _client_of(cloud: Cloud, name: str, service: str) -> Any:
    owner = cloud.owner(ACCOUNT)
    iam = cloud.client(owner, "iam")
    boundary = iam.create_policy(PolicyName=f"{name}-boundary", PolicyDocument=_document(_BOUNDARY))["Policy"]["Arn"]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(_TRUST), PermissionsBoundary=boundary)[
        "Role"
    ]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=_document(_MAY))
    return cloud.client(cloud.assume(role, by=owner, session="probe"), service)


def test_a_role_of_the_name_hears_at_once_what_it_lacks() -> None:
    with Cloud("eu-west-1") as cloud, decided_at_once(cloud, "probe-"):
        client = _client_of(cloud, "probe-1", "sqs")
        client.create_queue(QueueName="q")
        with pytest.raises(ClientError, match=r"no identity-based policy allows the sqs:GetQueueUrl action"):
            client.get_queue_url(QueueName="q")


def test_what_nobody_has_written_down_is_refused_too() -> None:
    with Cloud("eu-west-1") as cloud, decided_at_once(cloud, "probe-"):
        client = _client_of(cloud, "probe-1", "sqs")
        with pytest.raises(ClientError, match="no module of"):
            client.list_queues()


def test_its_boundary_counts() -> None:
    with Cloud("eu-west-1") as cloud, decided_at_once(cloud, "probe-"):
        client = _client_of(cloud, "probe-1", "events")
        with pytest.raises(ClientError, match=r"no permissions boundary allows the events:DescribeRule action"):
            client.describe_rule(Name="rule")


def test_others_and_whoever_comes_later_are_not_asked() -> None:
    with Cloud("eu-west-1") as cloud:
        with decided_at_once(cloud, "probe-"):
            _client_of(cloud, "another", "sqs").create_queue(QueueName="q")
        _client_of(cloud, "probe-1", "sqs").create_queue(QueueName="r")
