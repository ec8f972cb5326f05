"""Keys and buckets that exist already, and what the platform needs of them."""

from __future__ import annotations

from typing import Any

import pulumi_aws as aws

from stacks.lookups import Lookups

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def key(lookups: Lookups, purpose: str, arn: str) -> None:
    """A customer managed, symmetric key that is enabled and rotates."""
    setting = f"keys.{_camel(purpose)}"
    found = lookups.get(setting, arn, lambda options: aws.kms.get_key(key_id=arn, opts=options))
    if found is None:
        return
    lookups.require(found.enabled and found.key_state == "Enabled", setting, arn, f"is {found.key_state}: enable it")
    lookups.require(found.key_manager == "CUSTOMER", setting, arn, "is AWS's own key, whose policy cannot be written")
    symmetric = found.key_usage == "ENCRYPT_DECRYPT" and found.key_spec == "SYMMETRIC_DEFAULT"
    lookups.require(
        symmetric, setting, arn, f"is for {found.key_usage} ({found.key_spec}): S3 and volumes take a symmetric key"
    )
    if symmetric:
        properties = lookups.properties(setting, arn, "AWS::KMS::Key", found.arn.rpartition("/")[2])
        if properties is not None:
            lookups.require_tag(setting, arn, {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []})
        rotates = properties is None or properties.get("EnableKeyRotation") is True
        lookups.require(rotates, setting, arn, "does not rotate: switch its rotation on")


def bucket(lookups: Lookups, purpose: str, name: str, key_arn: str) -> None:
    """A versioned bucket of this account and region, encrypted with the key, without ACLs or public access."""
    setting = f"buckets.{_camel(purpose)}"
    found = lookups.get(setting, name, lambda options: aws.s3.get_bucket(bucket=name, opts=options))
    own = lookups.get(setting, name, lambda options: aws.s3.get_buckets(prefix=name, opts=options))
    if found is None or own is None:
        return
    if name not in {each.name for each in own.buckets}:
        lookups.add_shortfall(setting, name, f"is another account's, not {lookups.account}'s")
        return
    elsewhere = found.bucket_region != lookups.region
    lookups.require(not elsewhere, setting, name, f"is in {found.bucket_region}, not in {lookups.region}")
    properties = None if elsewhere else lookups.properties(setting, name, "AWS::S3::Bucket", name)
    if properties is not None:
        for what in _lacking(properties, key_arn):
            lookups.add_shortfall(setting, name, what)


def _lacking(properties: dict[str, Any], key_arn: str) -> list[str]:
    """What a bucket's settings lack, as sentences.

    Property names: AWS CloudFormation Template Reference, "AWS::S3::Bucket".
    """
    rules = (properties.get("OwnershipControls") or {}).get("Rules") or [{}]
    public = properties.get("PublicAccessBlockConfiguration") or {}
    lacking = {
        "is not versioned: switch versioning on": (properties.get("VersioningConfiguration") or {}).get("Status")
        == "Enabled",
        "lets object owners set ACLs: set its ownership to BucketOwnerEnforced": rules[0].get("ObjectOwnership")
        == "BucketOwnerEnforced",
        f"does not block public access: switch on {', '.join(one for one in BLOCKS if not public.get(one))}": all(
            public.get(one) for one in BLOCKS
        ),
        "logs its access nowhere: name a log bucket": bool(
            (properties.get("LoggingConfiguration") or {}).get("DestinationBucketName")
        ),
    }
    return [*_encryption(properties, key_arn), *(what for what, fine in lacking.items() if not fine)]


def _encryption(properties: dict[str, Any], key_arn: str) -> list[str]:
    rules = (properties.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration") or [{}]
    default = rules[0].get("ServerSideEncryptionByDefault") or {}
    if default.get("SSEAlgorithm") != "aws:kms" or default.get("KMSMasterKeyID") not in (
        key_arn,
        key_arn.rpartition("/")[2],
    ):
        given = default.get("KMSMasterKeyID") or default.get("SSEAlgorithm") or "nothing"
        return [f"encrypts with {given}: set its default encryption to aws:kms with {key_arn}"]
    # The key's policy names the bucket, not each object (Amazon S3 User Guide, "Reducing the cost of SSE-KMS with
    # Amazon S3 Bucket Keys").
    return (
        [] if rules[0].get("BucketKeyEnabled") else ["has no bucket key, by which the key's policy knows it: enable it"]
    )


def _camel(purpose: str) -> str:
    head, *tail = purpose.split("_")
    return head + "".join(part.capitalize() for part in tail)
