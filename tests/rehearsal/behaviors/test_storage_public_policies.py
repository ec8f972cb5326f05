"""S3 refuses what it calls public, and takes the models bucket's policy however many accounts there are."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from catalog.scope import Scope
from policies.documents.accounts import MOST_LISTED
from policies.documents.shared_documents import SharedDocuments, WorkloadAccount
from rehearsal.aws.cloud import Cloud

ACCOUNT, REGION, BUCKET = "111111111111", "eu-west-1", "mlops-dev-models"
PATHS = ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"]
BLOCKED = {"BlockPublicPolicy": True, "BlockPublicAcls": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(REGION) as cloud:
        owner = cloud.owner(ACCOUNT)
        where = {"LocationConstraint": REGION}
        cloud.client(owner, "s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
        yield cloud


def models_policy(accounts: int) -> str:
    workloads = [
        WorkloadAccount(
            account=f"{200_000_000_000 + n}", stage="production", s3_endpoint="vpce-1", kms_endpoint="vpce-2"
        )
        for n in range(accounts)
    ]
    scope = Scope(partition="aws", account=ACCOUNT, region=REGION, prefix="mlops")
    documents = SharedDocuments(
        scope=scope,
        models_bucket=scope.bucket_arn(BUCKET),
        deployers=[scope.role_arn("/mlops/", "deployer")],
        workloads=workloads,
        organization_paths=PATHS,
    )
    return documents.models_bucket_policy(scope.arn("kms", "key/k"), "vpce-0")


def by_paths_alone(text: str) -> str:
    """The policy as it once was: the organization's paths, and not its id."""
    policy = json.loads(text)
    for statement in policy["Statement"]:
        statement.get("Condition", {}).get("StringEquals", {}).pop("aws:PrincipalOrgID", None)
        statement["Condition"] = {operator: keys for operator, keys in statement["Condition"].items() if keys}
    return json.dumps(policy)


@pytest.mark.parametrize("accounts", [1, MOST_LISTED, MOST_LISTED + 1])
def test_the_models_buckets_policy_is_never_public(cloud: Cloud, accounts: int) -> None:
    s3 = cloud.client(cloud.owner(ACCOUNT), "s3")
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=BLOCKED)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=models_policy(accounts))


@pytest.mark.aws_behavior("public_policies_are_refused")
@pytest.mark.parametrize("blocked", ["bucket", "account", ""])
def test_paths_without_the_organizations_id_are_public_and_refused_where_that_is_blocked(
    cloud: Cloud, blocked: str
) -> None:
    owner = cloud.owner(ACCOUNT)
    s3, control = cloud.client(owner, "s3"), cloud.client(owner, "s3control")
    if blocked == "bucket":
        s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=BLOCKED)
    if blocked == "account":
        control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=BLOCKED)
    policy = by_paths_alone(models_policy(MOST_LISTED + 1))
    if not blocked:
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
        return
    with pytest.raises(ClientError, match=r"AccessDenied.*AllowCrossAccount, AllowCheckers makes this one public"):
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
