"""CloudTrail reaches a trail's bucket and key by the policies that the platform writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from catalog.scope import Scope
from policies.documents.detection import trail_bucket, trail_key
from rehearsal.aws.cloud import Cloud

ACCOUNT, REGION, BUCKET = "111111111111", "eu-west-1", "mlops-foundation-trail"
SCOPE = Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops")
TRAIL = SCOPE.arn("cloudtrail", "trail/mlops")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(REGION) as cloud:
        yield cloud


def create(cloud: Cloud, *, bucket_key: bool = False, key_policy: str = "", bucket_policy: str = "") -> None:
    """A trail with bucket and key, with the platform's policies unless others are given."""
    owner = cloud.owner(ACCOUNT)
    s3, kms = cloud.client(owner, "s3"), cloud.client(owner, "kms")
    policy = key_policy or trail_key(SCOPE, trail=TRAIL, readers=[])
    key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy or trail_bucket(SCOPE.bucket_arn(BUCKET), ACCOUNT, TRAIL))
    cloud.client(owner, "cloudtrail").create_trail(Name="mlops", S3BucketName=BUCKET, KmsKeyId=key)


def with_decrypt(text: str) -> str:
    policy = json.loads(text)
    for statement in policy["Statement"]:
        if statement["Sid"] == "TrailLooksAtItsKey":
            statement["Action"] = ["kms:DescribeKey", "kms:Decrypt"]
    return json.dumps(policy)


@pytest.mark.aws_behavior("trail_must_reach_its_bucket_and_key")
def test_a_trail_whose_bucket_has_a_bucket_key_is_refused_unless_cloudtrail_may_decrypt(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match=r"InsufficientEncryptionPolicyException.*may not kms:Decrypt"):
        create(cloud, bucket_key=True)


def test_a_trail_is_made_without_a_bucket_key_by_the_policies_that_the_platform_writes(cloud: Cloud) -> None:
    create(cloud)
    changed = cloud.client(cloud.owner(ACCOUNT), "cloudtrail")
    changed.update_trail(Name="mlops", EnableLogFileValidation=True)


def test_with_a_bucket_key_decrypting_for_the_trail_is_enough(cloud: Cloud) -> None:
    create(cloud, bucket_key=True, key_policy=with_decrypt(trail_key(SCOPE, trail=TRAIL, readers=[])))


@pytest.mark.parametrize(
    ("what", "refused"),
    [
        ("bucket", r"InsufficientS3BucketPolicyException.*s3:GetBucketAcl"),
        ("key", r"InsufficientEncryptionPolicyException.*kms:DescribeKey"),
    ],
)
def test_a_trail_is_refused_where_policies_speak_of_another(cloud: Cloud, what: str, refused: str) -> None:
    other = f"{TRAIL}-other"
    policies: dict[str, dict[str, Any]] = {
        "bucket": {"bucket_policy": trail_bucket(SCOPE.bucket_arn(BUCKET), ACCOUNT, other)},
        "key": {"key_policy": trail_key(SCOPE, trail=other, readers=[])},
    }
    with pytest.raises(ClientError, match=refused):
        create(cloud, **policies[what])


def test_changing_a_trail_is_decided_likewise(cloud: Cloud) -> None:
    create(cloud)
    owner = cloud.owner(ACCOUNT)
    cloud.client(owner, "s3").delete_bucket_policy(Bucket=BUCKET)
    with pytest.raises(ClientError, match="InsufficientS3BucketPolicyException"):
        cloud.client(owner, "cloudtrail").update_trail(Name="mlops", EnableLogFileValidation=True)
