"""A data lake with Glue, Athena and KMS: clean, and with mistakes that its reviews must name."""

from __future__ import annotations

import pytest

from tests.policies.access.inventory.conftest import Mistake, Reviewing, titles
from tests.policies.access.inventory.data_lake import CURATED, INVENTORY, data_lake
from tests.policies.access.inventory.exports import Export, allow, policy


def test_the_lake_as_it_should_be_holds(review: Reviewing) -> None:
    found = review(INVENTORY, data_lake())
    assert found.holds, found.as_json()
    silent = {one.id for one in found.verdicts if one.silent}
    assert silent == {"evidence-whole", "objects-through-endpoints", "keys-through-endpoints", "endpoints-lead-home"}


def _dashboard_reads_everything(lake: Export) -> None:
    lake.attach("lake-dashboard", "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    lake.inline("lake-dashboard", "key", [allow("kms:Decrypt", "*")])


def _analysts_write(lake: Export) -> None:
    lake.inline("lake-analyst", "fixes", [allow("s3:PutObject", f"arn:aws:s3:::{CURATED}/*")])


def _dashboard_reads_under_a_key_for_objects(lake: Export) -> None:
    lake.inline("lake-dashboard", "objects", [allow("s3:GetObjectVersion", f"arn:aws:s3:::{CURATED}/reports/*")])
    objects = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{CURATED}/reports/*"}}
    lake.inline("lake-dashboard", "key", [allow("kms:Decrypt", "*", Condition=objects)])


def _dashboard_lets_objects_expire(lake: Export) -> None:
    lake.inline("lake-dashboard", "expiry", [allow("s3:PutLifecycleConfiguration", "*")])


def _dashboard_decrypts(lake: Export) -> None:
    lake.inline("lake-dashboard", "key", [allow("kms:*", "*")])


def _etl_is_passed(lake: Export) -> None:
    lake.inline("lake-dashboard", "jobs", [allow(["iam:PassRole", "glue:CreateJob"], "*")])


def _another_account_reads(lake: Export) -> None:
    lake.remove(f"aws:s3/bucketPolicy:BucketPolicy::{CURATED}")
    partner = {"Effect": "Allow", "Principal": {"AWS": "999900001111"}, "Action": "s3:GetObject"}
    text = policy({**partner, "Resource": f"arn:aws:s3:::{CURATED}/*"})
    lake.add("aws:s3/bucketPolicy:BucketPolicy", CURATED, {"bucket": CURATED, "policy": text})


def _plain_objects(lake: Export) -> None:
    lake.remove(f"aws:s3/bucketPolicy:BucketPolicy::{CURATED}")


def _crawler_of_another_bucket(lake: Export) -> None:
    inputs = {"name": "other", "role": "lake-etl", "s3Targets": [{"path": "s3://somebody-elses-bucket/in"}]}
    lake.add("aws:glue/crawler:Crawler", "other", inputs)


def _dashboard_changes_policies(lake: Export) -> None:
    lake.inline("lake-dashboard", "policies", [allow("s3:PutBucketPolicy", "*")])


def _job_takes_other_code(lake: Export) -> None:
    lake.inline("lake-dashboard", "start", [allow("glue:StartJobRun", "*")])


def _script_is_anybodys(lake: Export) -> None:
    lake.inline("lake-dashboard", "scripts", [allow("s3:PutObject", "arn:aws:s3:::acme-lake-raw/etl.py")])


def _dashboard_widens_itself(lake: Export) -> None:
    itself = "arn:aws:iam::410000000001:role/lake-dashboard"
    lake.inline("lake-dashboard", "itself", [allow("iam:PutRolePolicy", itself)])


def _analysts_write_their_own_policy(lake: Export) -> None:
    lake.inline(
        "lake-analyst", "versions", [allow("iam:CreatePolicyVersion", "arn:aws:iam::410000000001:policy/lake-*")]
    )


def _any_job_is_glues(lake: Export) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}
    lake.role("lake-copy", policy(trust))


@pytest.mark.parametrize(
    ("mistake", "noticed_by", "words"),
    [
        (_dashboard_reads_everything, "listed-readers", "role/lake-dashboard reads objects of acme-lake-curated"),
        (_dashboard_reads_under_a_key_for_objects, "listed-readers", "role/lake-dashboard reads objects of"),
        (_dashboard_lets_objects_expire, "listed-writers", "role/lake-dashboard ends objects of acme-lake-curated"),
        (_analysts_write, "listed-writers", "role/lake-analyst writes objects of acme-lake-curated"),
        (_dashboard_decrypts, "listed-key-users", "role/lake-dashboard decrypts with key alias/lake"),
        (_etl_is_passed, "no-escalation", "role/lake-dashboard comes to"),
        (
            _job_takes_other_code,
            "no-escalation",
            "role/lake-dashboard comes to arn:aws:iam::410000000001:role/lake-etl",
        ),
        (_script_is_anybodys, "no-escalation", "role/lake-dashboard comes to arn:aws:iam::410000000001:role/lake-etl"),
        (_dashboard_widens_itself, "no-escalation", "role/lake-dashboard comes to rights that nothing limits"),
        (_analysts_write_their_own_policy, "no-escalation", "role/lake-analyst comes to rights that nothing limits"),
        (_another_account_reads, "no-strangers", "999900001111 (a foreign account) has access to bucket"),
        (_plain_objects, "objects-under-their-key", "writes to acme-lake-curated with another key"),
        (_crawler_of_another_bucket, "configuration-stays-home", "bucket somebody-elses-bucket is not"),
        (_dashboard_changes_policies, "policies-stay", "role/lake-dashboard changes the policy of bucket"),
        (_any_job_is_glues, "services-from-home", "glue.amazonaws.com assumes"),
    ],
)
def test_a_mistake_is_named(review: Reviewing, mistake: Mistake, noticed_by: str, words: str) -> None:
    lake = data_lake()
    mistake(lake)
    found = review(INVENTORY, lake)
    assert any(words in title for title in titles(found)[noticed_by])
    assert not found.holds


def test_administrators_by_aws_own_policy_are_evaluated(review: Reviewing) -> None:
    lake = data_lake()
    lake.attach("lake-dashboard", "arn:aws:iam::aws:policy/AdministratorAccess")
    found = review(INVENTORY, lake)
    assert set(titles(found)) == {
        "listed-readers",
        "listed-writers",
        "listed-key-users",
        "no-escalation",
        "policies-stay",
    }


def test_accounts_that_the_inventory_trusts_have_access(review: Reviewing) -> None:
    lake = data_lake()
    _another_account_reads(lake)
    found = review({**INVENTORY, "trusted": {"accounts": ["999900001111"]}}, lake)
    assert "no-strangers" not in titles(found)
