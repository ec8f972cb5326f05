"""Macie reads what it is told to read, from outside the VPC, and nothing else is let in with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from catalog.names import macie_role_arn
from catalog.scope import Scope
from policies.access.authorization import AuthorizationRequest
from policies.access.evaluator import decide
from policies.documents import buckets, keys

ACCOUNT, REGION = "111111111111", "eu-west-1"
SCOPE = Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops")
BUCKET, KEY = "arn:aws:s3:::mlops-dev-data", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"
MACIE = macie_role_arn(SCOPE)
# AWS's own policy of Macie's service-linked role.
OF_MACIE = json.loads(aws_managed_policies_data)["AmazonMacieServiceRolePolicy"]["Document"]
ANY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
THROUGH_S3 = {"aws:ViaAWSService": "true", "kms:ViaService": f"s3.{REGION}.amazonaws.com", "kms:CallerAccount": ACCOUNT}


def bucket(inspectors: list[str]) -> str:
    deployers = [f"arn:aws:iam::{ACCOUNT}:role/deployer"]
    return buckets.private_bucket(BUCKET, KEY, s3_endpoints=["vpce-1"], deployers=deployers, inspectors=inspectors)


def key(inspectors: list[str]) -> str:
    users = [f"arn:aws:iam::{ACCOUNT}:role/mlops/*"]
    return keys.storage_key(SCOPE, users=users, kms_endpoints=["vpce-2"], inspectors=inspectors)


def may(policy: str, action: str, resource: str, *, by: str = MACIE, **context: str) -> bool:
    request = AuthorizationRequest(
        id="asked",
        principal=by,
        account=ACCOUNT,
        action=action,
        resource=resource,
        owner=ACCOUNT,
        identity=[OF_MACIE if by == MACIE else ANY],
        resource_policy=json.loads(policy),
        context={"aws:SecureTransport": "true", "aws:ViaAWSService": "false", **context},
    )
    return decide(request).allowed


@pytest.mark.parametrize("told", [True, False])
def test_macie_reads_a_bucket_and_its_objects_where_it_is_told_to(told: bool) -> None:
    inspectors = [MACIE] if told else []
    assert may(bucket(inspectors), "s3:GetObject", f"{BUCKET}/a") is told
    assert may(bucket(inspectors), "s3:ListBucket", BUCKET) is told
    assert may(key(inspectors), "kms:Decrypt", KEY, **THROUGH_S3) is told


def test_macie_decrypts_through_s3_alone_and_writes_nothing() -> None:
    assert not may(key([MACIE]), "kms:Decrypt", KEY, **{"kms:CallerAccount": ACCOUNT})
    assert not may(key([MACIE]), "kms:GenerateDataKey", KEY, **THROUGH_S3)
    assert not may(bucket([MACIE]), "s3:PutObject", f"{BUCKET}/a")
    assert "s3:DeleteObject*" in json.loads(bucket([MACIE]))["Statement"][0]["Action"]


def test_nobody_else_is_let_in_with_macie() -> None:
    other = f"arn:aws:iam::{ACCOUNT}:role/mlops/owner"
    assert not may(bucket([MACIE]), "s3:GetObject", f"{BUCKET}/a", by=other)
    assert not may(bucket([MACIE]), "s3:ListBucket", BUCKET, by=other)
    stranger = MACIE.replace(ACCOUNT, "999999999999")
    assert not may(bucket([MACIE]), "s3:GetObject", f"{BUCKET}/a", by=stranger)
