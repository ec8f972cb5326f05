"""Buckets and their policies. Each passes every rule unless an argument spoils it."""

from __future__ import annotations

from typing import Any

from policies.pack.model import StackResource
from policies.pack.rules import public_access_block
from policies.pack.stack_accounts import PROVIDER
from tests.policies.pack.pack_factories import ACCOUNT, BUCKET_ARN, KEY_ARN, deny, document, make

FIRST_RULE = "rules.0.applyServerSideEncryptionByDefault"


def bucket() -> StackResource:
    return make("aws:s3/bucket:Bucket", "data", bucket="mlops-data", id="mlops-data", arn=BUCKET_ARN)


def block() -> StackResource:
    settings: dict[str, Any] = dict.fromkeys(public_access_block.SETTINGS, True)
    return make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "data-block", bucket="mlops-data", **settings)


def encryption() -> StackResource:
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY_ARN}
    return make(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "data-encryption",
        bucket="mlops-data",
        rules=[{"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}],
    )


def versioning() -> StackResource:
    token = "aws:s3/bucketVersioning:BucketVersioning"
    return make(token, "data-versioning", bucket="mlops-data", versioningConfiguration={"status": "Enabled"})


def logging() -> StackResource:
    token = "aws:s3/bucketLogging:BucketLogging"
    return make(token, "models-logging", bucket="mlops-models", targetBucket="mlops-data", targetPrefix="models/")


def tls_only(**changes: Any) -> dict[str, Any]:
    statement = deny(
        Principal={"AWS": ["*"]},
        Action=["s3:*"],
        Resource=[BUCKET_ARN, f"{BUCKET_ARN}/*"],
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    return {**statement, **changes}


def policy(*statements: dict[str, Any]) -> StackResource:
    text = document(*(statements or (tls_only(),)))
    return make("aws:s3/bucketPolicy:BucketPolicy", "data-policy", bucket="mlops-data", policy=text)


FOREIGN_ACCOUNT = "arn:aws:iam::999999999999:root"


def provider(**props: Any) -> StackResource:
    tags = '{"tags": {"owner": "ml-platform", "cost-centre": "4711", "data-class": "confidential"}}'
    return make(PROVIDER, "account", **{"allowedAccountIds": f'["{ACCOUNT}"]', "defaultTags": tags, **props})
