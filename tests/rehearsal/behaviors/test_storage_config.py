"""AWS Config reaches the bucket and the key of its history by the policies that the platform writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from catalog.scope import Scope
from policies.documents.detection import config_bucket, guards_key
from rehearsal.aws.cloud import Cloud

ACCOUNT, OTHER, REGION, BUCKET = "111111111111", "999999999999", "eu-west-1", "mlops-foundation-config"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(REGION) as cloud:
        yield cloud


def key_policy(account: str) -> str:
    scope = Scope(partition="aws", account=account, region=REGION, prefix="mlops")
    some = [scope.arn("sns", "some")]
    return guards_key(
        scope, log_groups=[scope.arn("logs", "some")], topics=some, queues=some, publishers=[scope.role_arn("/some/")]
    )


def deliver(cloud: Cloud, *, bucket_of: str = ACCOUNT, key_of: str = ACCOUNT) -> None:
    """A channel of the account to a bucket and a key whose policies speak of these accounts."""
    owner = cloud.owner(ACCOUNT)
    s3, config = cloud.client(owner, "s3"), cloud.client(owner, "config")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=config_bucket(f"arn:aws:s3:::{BUCKET}", bucket_of))
    key = cloud.client(owner, "kms").create_key(Policy=key_policy(key_of))["KeyMetadata"]["Arn"]
    config.put_configuration_recorder(ConfigurationRecorder={"name": "mlops", "roleARN": ROLE})
    config.put_delivery_channel(DeliveryChannel={"name": "mlops", "s3BucketName": BUCKET, "s3KmsKeyArn": key})


def test_config_delivers_by_the_policies_that_the_platform_writes(cloud: Cloud) -> None:
    deliver(cloud)


@pytest.mark.aws_behavior("config_must_reach_its_bucket_and_key")
@pytest.mark.parametrize(
    ("accounts", "refused"),
    [({"bucket_of": OTHER}, "may not s3:GetBucketAcl"), ({"key_of": OTHER}, "may not kms:GenerateDataKey")],
)
def test_a_channel_whose_policies_speak_of_another_account_is_refused(
    cloud: Cloud, accounts: dict[str, str], refused: str
) -> None:
    with pytest.raises(ClientError, match=rf"InsufficientDeliveryPolicyException.*{refused}"):
        deliver(cloud, **accounts)
