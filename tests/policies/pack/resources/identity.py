"""Roles, policies and trusts. Each passes every rule unless an argument spoils it."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from tests.policies.pack.pack_factories import ACCOUNT, BUCKET_ARN, ROLE_ARN, allow, deny, document, having, make
from tests.policies.pack.rule_cases import on

READ = {"Action": ["s3:GetObject"], "Resource": [f"{BUCKET_ARN}/*"]}
PASS = {
    "Action": "iam:PassRole",
    "Resource": ROLE_ARN,
    "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
}
ASSUME = {"Action": "sts:AssumeRole"}


def bucket_policy(**elements: Any) -> StackResource:
    text = document(allow(**{**READ, **elements}))
    return make("aws:s3/bucketPolicy:BucketPolicy", "data-policy", bucket="mlops-data", policy=text)


def role_policy(**elements: Any) -> StackResource:
    return make("aws:iam/rolePolicy:RolePolicy", "training", role="training", policy=document(allow(**elements)))


def boundary() -> StackResource:
    text = document(allow(Action="*", Resource="*"), deny(Action="iam:*", Resource="*"))
    arn = f"arn:aws:iam::{ACCOUNT}:policy/mlops/boundary"
    return make("aws:iam/policy:Policy", "boundary", policy=text, arn=arn)


def role(**props: Any) -> StackResource:
    return make("aws:iam/role:Role", "training", **props)


def trust(**elements: Any) -> StackResource:
    return role(assumeRolePolicy=document(allow(**ASSUME, **elements)))


BOUNDARY = "arn:aws:iam::111111111111:policy/mlops/boundary"
SOURCE = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


BOUNDED = (on(boundary(), role(permissionsBoundary=boundary().props["arn"])), "it is a permissions boundary")
UNREAD = (on(having(role_policy(**READ), policy=UNKNOWN)), "policy of training")


UNREAD_TRUST = (on(role(assumeRolePolicy=UNKNOWN)), "assumeRolePolicy of training")
