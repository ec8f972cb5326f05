"""What the rules say of buckets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import (
    bucket_encryption,
    bucket_logging,
    bucket_versioning,
    plain_transport,
    public_access_block,
)
from tests.policies.pack.pack_factories import (
    BUCKET_ARN,
    at,
    having,
    make,
    not_applicable,
    not_decided,
    violations,
    without,
)
from tests.policies.pack.resources.storage import (
    FIRST_RULE,
    block,
    bucket,
    encryption,
    logging,
    policy,
    tls_only,
    versioning,
)


def test_a_bucket_with_four_blocks_passes() -> None:
    assert violations(public_access_block.RULE, bucket(), block()) == []


def test_a_bucket_without_a_block_is_named() -> None:
    assert violations(public_access_block.RULE, bucket()) == ["the bucket has no public access block"]


def test_another_buckets_block_does_not_count() -> None:
    other = having(block(), bucket="mlops-models")
    assert violations(public_access_block.RULE, bucket(), other) == ["the bucket has no public access block"]


@pytest.mark.parametrize("setting", public_access_block.SETTINGS)
def test_each_of_the_four_blocks_is_needed(setting: str) -> None:
    expected = [f"public access block data-block does not set {setting}"]
    assert violations(public_access_block.RULE, bucket(), having(block(), **{setting: False})) == expected
    assert violations(public_access_block.RULE, bucket(), without(block(), setting)) == expected


def test_in_a_preview_a_block_belongs_to_the_bucket_that_it_was_made_from() -> None:
    planned = make(block().type, "data-block", {"bucket": (bucket().urn,)}, **{**block().props, "bucket": UNKNOWN})
    assert violations(public_access_block.RULE, bucket(), planned) == []
    other = make("aws:s3/bucket:Bucket", "models", bucket="mlops-models")
    assert violations(public_access_block.RULE, other, planned) == ["the bucket has no public access block"]


def test_a_block_of_nobody_known_is_not_held_against_the_bucket() -> None:
    assert not_decided(public_access_block.RULE, bucket(), having(block(), bucket=UNKNOWN)) == "bucket of data-block"


def test_a_setting_that_is_not_known_yet_is_not_decided() -> None:
    planned = having(block(), blockPublicAcls=UNKNOWN)
    assert not_decided(public_access_block.RULE, bucket(), planned) == "blockPublicAcls of data-block"


def test_a_bucket_under_the_platforms_key_passes() -> None:
    assert violations(bucket_encryption.RULE, bucket(), encryption()) == []


def test_an_encryption_key_that_is_not_known_yet_is_not_decided() -> None:
    planned = at(encryption(), f"{FIRST_RULE}.kmsMasterKeyId", UNKNOWN)
    assert not_decided(bucket_encryption.RULE, bucket(), planned) == f"{FIRST_RULE}.kmsMasterKeyId of data-encryption"


def test_a_bucket_without_default_encryption_is_named() -> None:
    expected = ["the bucket has no default encryption with a customer managed key"]
    assert violations(bucket_encryption.RULE, bucket()) == expected


def test_encryption_with_s3s_own_keys_is_not_enough() -> None:
    spoiled = at(encryption(), f"{FIRST_RULE}.sseAlgorithm", "AES256")
    expected = ["data-encryption encrypts with AES256, allowed are aws:kms, aws:kms:dsse"]
    assert violations(bucket_encryption.RULE, bucket(), spoiled) == expected


def test_kms_without_a_key_is_awss_own_key() -> None:
    spoiled = at(encryption(), f"{FIRST_RULE}.kmsMasterKeyId", None)
    expected = ["data-encryption names no key, so AWS's own key aws/s3 is used"]
    assert violations(bucket_encryption.RULE, bucket(), spoiled) == expected


def test_awss_own_key_by_its_alias_is_refused() -> None:
    spoiled = at(encryption(), f"{FIRST_RULE}.kmsMasterKeyId", "alias/aws/s3")
    assert violations(bucket_encryption.RULE, bucket(), spoiled) == ["data-encryption uses AWS's own key aws/s3"]


def test_the_bucket_of_access_logs_may_use_s3s_own_keys() -> None:
    assert "only to a bucket with SSE-S3" in not_applicable(bucket_encryption.RULE, bucket(), logging())


def test_the_bucket_whose_accesses_are_logged_is_not_excused() -> None:
    reverse = having(logging(), bucket="mlops-data", targetBucket="mlops-logs")
    assert len(violations(bucket_encryption.RULE, bucket(), reverse)) == 1


def _planned_logging(*sources: StackResource) -> StackResource:
    """Logging as a preview shows it: where to is not known, only what the value will be made from."""
    planned = having(logging(), targetBucket=UNKNOWN)
    return replace(planned, property_dependencies={"targetBucket": tuple(source.urn for source in sources)})


def test_a_target_that_a_preview_makes_from_the_buckets_policy_is_not_decided() -> None:
    # The engine says only that the target will come from the policy; the policy says that it is the bucket's.
    attached = replace(policy(), property_dependencies={"bucket": (bucket().urn,)})
    for rule in (bucket_encryption.RULE, bucket_logging.RULE):
        assert not_decided(rule, bucket(), _planned_logging(attached), attached) == "targetBucket of models-logging"


def test_a_target_that_a_preview_makes_from_another_bucket_excuses_nobody() -> None:
    elsewhere = having(bucket(), bucket="mlops-logs")
    elsewhere = replace(elsewhere, urn=f"{bucket().urn}-elsewhere", name="logs")
    assert len(violations(bucket_encryption.RULE, bucket(), _planned_logging(elsewhere), elsewhere)) == 1


def test_a_versioned_bucket_passes() -> None:
    assert violations(bucket_versioning.RULE, bucket(), versioning()) == []


def test_a_bucket_without_versions_is_named() -> None:
    assert violations(bucket_versioning.RULE, bucket()) == ["the bucket is not versioned"]


def test_suspended_versioning_is_not_enough() -> None:
    spoiled = at(versioning(), "versioningConfiguration.status", "Suspended")
    expected = ["data-versioning has status Suspended, allowed is Enabled"]
    assert violations(bucket_versioning.RULE, bucket(), spoiled) == expected


def test_a_status_that_is_not_known_yet_is_not_decided() -> None:
    planned = at(versioning(), "versioningConfiguration.status", UNKNOWN)
    assert not_decided(bucket_versioning.RULE, bucket(), planned) == "versioningConfiguration.status of data-versioning"


def test_a_bucket_that_refuses_plain_transport_passes() -> None:
    assert violations(plain_transport.RULE, bucket(), policy()) == []


def test_a_bucket_without_a_policy_answers_in_plain() -> None:
    expected = ["the bucket has no policy, so requests without TLS are answered"]
    assert violations(plain_transport.RULE, bucket()) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}},
        {"Action": ["s3:GetObject"]},
        {"Resource": [f"{BUCKET_ARN}/*"]},
        {"Resource": [BUCKET_ARN]},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}}},
        {"Condition": {}},
    ],
)
def test_a_denial_with_a_gap_does_not_count(changes: dict[str, Any]) -> None:
    expected = ["data-policy has no statement that denies every request without TLS"]
    assert violations(plain_transport.RULE, bucket(), policy(tls_only(**changes))) == expected


def test_a_policy_that_is_not_known_yet_is_not_decided() -> None:
    assert not_decided(plain_transport.RULE, bucket(), having(policy(), policy=UNKNOWN)) == "policy of data-policy"


def test_a_policy_that_is_not_json_says_where_it_breaks() -> None:
    broken = having(policy(), policy='{"Statement": [}')
    expected = ["policy is not JSON: Expecting value at line 1, column 16"]
    assert violations(plain_transport.RULE, bucket(), broken) == expected
