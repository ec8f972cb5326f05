"""Questions to single documents, decided as AWS decides them."""

from __future__ import annotations

import json

from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide

ACCOUNT, REGION = "111111111111", "eu-west-1"


def arn(service: str, resource: str) -> str:
    """ARN of something in the data science account."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def role(path: str, account: str = ACCOUNT) -> str:
    """ARN of a role."""
    return f"arn:aws:iam::{account}:role/{path}"


def may(document: str, action: str, resource: str, **context: str) -> bool:
    """Whether a role with this one identity policy may do it. Keys of the context write `__` for `:`.

    A role that is to be assumed trusts the account, so that the identity policy decides.
    """
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:*"}
    query = AuthorizationRequest(
        id="asked",
        principal=role("mlops/people/asking"),
        account=ACCOUNT,
        action=action,
        resource=resource,
        owner=ACCOUNT,
        identity=[json.loads(document)],
        resource_policy={"Version": "2012-10-17", "Statement": [trust]} if action.startswith("sts:") else None,
        context=keys(context),
    )
    return decide(query).allowed


def admits(
    trust: str,
    principal: str,
    *,
    target: str = "mlops/projects/screening/mlops-screening-publish",
    action: str = "sts:AssumeRole",
    **context: str,
) -> bool:
    """Whether a trust policy admits a role that may itself assume anything, or a service."""
    account = principal.split(":")[4] if principal.startswith("arn:") else None
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
    query = AuthorizationRequest(
        id="asked",
        principal=principal,
        account=account,
        action=action,
        resource=role(target),
        owner=ACCOUNT,
        identity=[everything] if account else [],
        resource_policy=json.loads(trust),
        context=keys(context),
    )
    return decide(query).allowed


def keys(context: dict[str, str]) -> dict[str, str]:
    """Condition keys from names that Python allows: `aws__SourceArn`, `aws__PrincipalTag_user`."""
    return {name.replace("__", ":").replace("Tag_", "Tag/"): value for name, value in context.items()}
