"""Where a thing is: partition, account and region of its ARN, and the prefix that the platform's names begin with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

# Longest match first: `us-isob-` begins like `us-iso-`. Source: botocore's partitions.json.
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "us-iso-": "aws-iso",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
}


def partition_of(region: str) -> str:
    """The AWS partition that a region is in."""
    return next((partition for start, partition in _PARTITIONS.items() if region.startswith(start)), "aws")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One account in one region, and the platform's prefix there. `region` is `*` where all of the account's are meant.

    Every ARN that the platform computes before the thing exists is made by a method of this class.
    """

    partition: str
    account: str
    region: str
    prefix: str

    @classmethod
    def of_account(cls, account: str, region: str, prefix: str) -> Self:
        """The scope of a stack, whose region says the partition."""
        return cls(partition=partition_of(region), account=account, region=region, prefix=prefix)

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
        """ARN, or ARN pattern, of a resource of this account and region, or of the given ones.

        `region` is an empty text for services that have none in their ARNs, such as IAM.
        """
        region = self.region if region is None else region
        account = self.account if account is None else account
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"

    def role_arn(self, path: str, name: str = "*", *, account: str | None = None) -> str:
        """ARN, or ARN pattern, of a role under an IAM path (`/a/b/`), in this account or another."""
        return self.arn("iam", f"role{path}{name}", region="", account=account)

    def bucket_arn(self, bucket: str, key: str = "") -> str:
        """ARN of a bucket, or of the objects in it that a key pattern matches. S3's ARNs name no account."""
        return self.arn("s3", f"{bucket}/{key}" if key else bucket, region="", account="")

    def service_host(self, service: str) -> str:
        """An AWS service as the condition key `kms:ViaService` names it, such as `s3.eu-west-1.amazonaws.com`.

        The suffix is the same in every partition (AWS KMS Developer Guide, "AWS KMS condition keys", kms:ViaService).
        """
        return f"{service}.{self.region}.amazonaws.com"

    def in_account(self, account: str) -> Self:
        """The same scope in another account."""
        return replace(self, account=account)
