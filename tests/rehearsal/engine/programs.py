"""What the programs of these tests have in common: accounts, providers, policy documents."""

from __future__ import annotations

import json
from typing import Any

import pulumi_aws as aws

ACCOUNT = "111111111111"
REGION = "eu-west-1"
STRICT = {"pulumi:disable-default-providers": '["aws"]'}


def provider(account: str = ACCOUNT, tags: dict[str, str] | None = None) -> aws.Provider:
    """A provider of one account."""
    return aws.Provider(
        "aws",
        region=REGION,
        allowed_account_ids=[account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags or {"owner": "tests"}),
    )


def document(*actions: str, principal: Any = None, resource: Any = "*") -> str:
    """A policy document of one statement."""
    statement: dict[str, Any] = {"Sid": "One", "Effect": "Allow", "Action": list(actions), "Resource": resource}
    if principal is not None:
        statement["Principal"] = principal
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(*services: str) -> str:
    """A role's trust in services."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": [f"{service}.amazonaws.com" for service in services]},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
