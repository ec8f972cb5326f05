"""A trail's bucket still gets logs when the trail is gone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.engine.calls import DeployerClients, Refused
from rehearsal.engine.provider import Provider
from rehearsal.engine.state import Resource
from tests.rehearsal.accounts import ACCOUNT, REGION, DataScienceAccount

BUCKET = "mlops-trail"


@pytest.fixture
def left(data_science: DataScienceAccount) -> Any:
    """A bucket whose trail has just been deleted, and S3's client."""
    s3, trails = data_science.client("s3"), data_science.client("cloudtrail")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    actions = {"s3:GetBucketAcl": f"arn:aws:s3:::{BUCKET}", "s3:PutObject": f"arn:aws:s3:::{BUCKET}/*"}
    allowed = [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": action,
            "Resource": resource,
        }
        for action, resource in actions.items()
    ]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": allowed}))
    trails.create_trail(Name="trail", S3BucketName=BUCKET)
    trails.delete_trail(Name="trail")
    s3.delete_bucket_policy(Bucket=BUCKET)
    return s3


def bucket(force_destroy: bool) -> Resource:
    inputs = {"bucket": BUCKET, "forceDestroy": force_destroy}
    return Resource("s", ACCOUNT, REGION, "urn", "aws:s3/bucket:Bucket", "b", "", True, id=BUCKET, inputs=inputs)


@pytest.mark.aws_behavior("trail_delivers_after_its_deletion")
def test_a_bucket_that_was_emptied_once_may_hold_logs_again(left: Any) -> None:
    for _ in range(2):
        with pytest.raises(ClientError, match="BucketNotEmpty"):
            left.delete_bucket(Bucket=BUCKET)
        for version in left.list_object_versions(Bucket=BUCKET)["Versions"]:
            left.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    left.delete_bucket(Bucket=BUCKET)


def test_the_provider_empties_it_until_it_is_gone(left: Any, data_science: DataScienceAccount) -> None:
    Provider(DeployerClients(data_science.cloud)).delete(bucket(force_destroy=True))
    assert BUCKET not in [each["Name"] for each in left.list_buckets()["Buckets"]]


@pytest.mark.usefixtures("left")
def test_a_bucket_that_is_not_to_be_emptied_stays(data_science: DataScienceAccount) -> None:
    with pytest.raises(Refused, match="BucketNotEmpty"):
        Provider(DeployerClients(data_science.cloud)).delete(bucket(force_destroy=False))
